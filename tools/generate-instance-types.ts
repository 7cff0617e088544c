/**
 * Writes constructs/clouds/aws/instance-type-table.ts from a table with a line for each EC2 instance
 * type: instance_type, architecture, vcpu, memory_mib, burstable, current_generation, local_storage and
 * usd_per_hour_us_east_1.
 *
 *   ts-node --swc -P tsconfig.dev.json tools/generate-instance-types.ts TABLE.csv "SOURCE, DATE"
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [path, source] = process.argv.slice(2);
if (path === undefined || source === undefined) throw new Error("Name the table and its source.");

const [header = "", ...lines] = readFileSync(path, "utf8").trim().split("\n");
const columns = header.split(",");
const families = new Map<string, string[]>();
for (const line of lines) {
  const cells = line.split(",");
  const cell = (name: string): string => cells[columns.indexOf(name)] ?? "";
  const [family = "", size = ""] = cell("instance_type").split(".");
  const flags = [cell("burstable") === "true" ? " burstable" : "", cell("current_generation") === "true" ? "" : " previous"].join("");
  const head = `${family} ${cell("architecture") === "arm64" ? "arm64" : "amd64"}${flags}`;
  const sizes = families.get(head) ?? [];
  sizes.push(`${size} ${cell("vcpu")} ${cell("memory_mib")} ${cell("usd_per_hour_us_east_1")}`);
  families.set(head, sizes);
}

writeFileSync(
  join(__dirname, "../constructs/clouds/aws/instance-type-table.ts"),
  `/**
 * EC2 instance types, a line for each family: name, architecture, whether it is burstable or of a
 * previous generation; then its sizes, each with vCPU, memory in MiB and the price in USD per hour of
 * Linux on demand in us-east-1. Prices elsewhere differ by a factor: only their order is to be trusted.
 *
 * Source: ${source}.
 * Written by tools/generate-instance-types.ts.
 */
export const INSTANCE_FAMILIES: readonly string[] = [
${[...families].sort(([a], [b]) => (a < b ? -1 : 1)).map(([head, sizes]) => `  ${JSON.stringify(`${head}: ${sizes.join(", ")}`)},`).join("\n")}
];
`,
);
