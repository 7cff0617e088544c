import { dump } from "js-yaml";
import { GoslingError } from "../src/vocabulary/error";
import { Template, quoted } from "./template";

/** The part of cloud-init's configuration that machines get. Names are cloud-init's own. */
export interface CloudInit {
  readonly apt?: { readonly http_proxy?: string; readonly https_proxy?: string };
  readonly ca_certs?: { readonly trusted: readonly string[] };
  readonly write_files: readonly CloudInitFile[];
  readonly runcmd: readonly (readonly string[])[];
}

export interface CloudInitFile {
  readonly path: string;
  /** Octal, in quotes: `0600`. */
  readonly permissions: string;
  readonly content: string | Template;
}

/**
 * A cloud-init configuration as text in which the engine puts values: a `#cloud-config` in YAML. All that
 * is plain in the data is plain in the text too, byte for byte: what the engine, its library or Unicode's
 * normal forms could change is written as an escape.
 *
 * @throws GoslingError `PROPS` where a text holds a NUL character, which no file of a configuration can hold.
 */
export function cloudInitTemplate(data: CloudInit): Template {
  const expressions: string[] = [];
  const prepared = withMarks(data, expressions);
  const yaml = dump(prepared, { forceQuotes: true, quotingType: '"', lineWidth: -1, noRefs: true, noCompatMode: true });
  const parts = `#cloud-config\n${literalYaml(yaml)}`.split(MARK);
  return new Template(parts.map((part, index) => (index % 2 === 0 ? part : { expression: expressions[Number(part)] ?? "" })).filter((part) => part !== ""));
}

/** The same as an expression that compresses it, for a service that takes base64. */
export function compressedCloudInit(data: CloudInit): string {
  return `\${base64gzip(${quoted(cloudInitTemplate(data))})}`;
}

/** How YAML writes the mark around the number of an expression; no plain text holds a NUL. */
const MARK = /\\0(\d+)\\0/;

function withMarks(value: unknown, expressions: string[]): unknown {
  if (value instanceof Template) {
    return value.parts.map((part) => (typeof part === "string" ? plain(part) : `\0${expressions.push(part.expression) - 1}\0`)).join("");
  }
  if (typeof value === "string") return plain(value);
  if (Array.isArray(value)) return value.map((item) => withMarks(item, expressions));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, withMarks(item, expressions)]])));
}

function plain(text: string): string {
  if (text.includes("\0")) throw new GoslingError("PROPS", "What a machine is told holds a NUL character, which it can't be told");
  return text;
}

/** Every string of the text is in double quotes, and keys are ASCII: an escape is right wherever one of these stands. */
function literalYaml(yaml: string): string {
  return yaml.replace(/[$%#&](?=\{)|(?<=[\d.])e(?=\+?\d{3})|[^\x00-\x7f]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) return `\\x${code.toString(16)}`;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
