import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Answer = { readonly json: string } | "error";

/** Lets an engine evaluate all expressions in one run: each as JSON, or that it is an error. `files` is copied beside them. */
export function engineAnswers(engine: string, expressions: readonly string[], files?: { readonly from: string; readonly name: string }): readonly Answer[] {
  const folder = mkdtempSync(join(tmpdir(), "fly-cases-"));
  try {
    if (files) cpSync(join(files.from, files.name), join(folder, files.name), { recursive: true });
    const lines = expressions.map((expression) => `try(jsonencode(\n${expression}\n), "!error"),\n`);
    writeFileSync(join(folder, "main.tf"), `locals {\n  answers = [\n${lines.join("")}  ]\n}\n`);
    // Base64 goes through the console's way of printing strings unchanged.
    const output = execFileSync(engine, ["console"], {
      cwd: folder,
      input: "base64encode(jsonencode(local.answers))\n",
      encoding: "utf8",
      env: { ...process.env, TF_CLI_CONFIG_FILE: "/dev/null", CHECKPOINT_DISABLE: "1" },
      maxBuffer: 64 * 1024 * 1024,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const encoded = /^"([A-Za-z0-9+/=]+)"$/m.exec(output)?.[1];
    if (encoded === undefined) throw new Error(`the engine gave no answers: ${output}`);
    const answers = JSON.parse(Buffer.from(encoded, "base64").toString()) as readonly string[];
    return answers.map((answer) => (answer === "!error" ? "error" : { json: answer }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
