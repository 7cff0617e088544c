import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWithEngines } from "../support/engines";
import { CASES, FILES, readCases } from "./cases/read-cases";
import type { Case } from "./cases/read-cases";
import { evaluateText } from "./evaluate-text";
import { folderFiles } from "./folder-files";

const files = folderFiles(join(__dirname, "cases"));

function ours(expression: string): Case["expected"] {
  const { json, codes } = evaluateText(expression, { files });
  return codes.length > 0 ? "error" : { json };
}

describe.each(CASES)("%s", (name) => {
  test.each(readCases(name))("$expression", ({ expression, expected }) => {
    expect(ours(expression)).toEqual(expected);
  });
});

/** Lets an engine evaluate all expressions in one run: each as JSON, or a mark where it is an error. */
function engineAnswers(engine: string, expressions: readonly string[]): readonly Case["expected"][] {
  const folder = mkdtempSync(join(tmpdir(), "fly-cases-"));
  try {
    cpSync(join(__dirname, "cases", FILES), join(folder, FILES), { recursive: true });
    const lines = expressions.map((expression) => `try(jsonencode(\n${expression}\n), "!error"),\n`);
    writeFileSync(join(folder, "main.tf"), `locals {\n  answers = [\n${lines.join("")}  ]\n}\n`);
    // Base64 goes through the console's way of printing strings unchanged.
    const output = execFileSync(engine, ["console"], {
      cwd: folder,
      input: "base64encode(jsonencode(local.answers))\n",
      encoding: "utf8",
      env: { ...process.env, TF_CLI_CONFIG_FILE: "/dev/null", CHECKPOINT_DISABLE: "1" },
      maxBuffer: 64 * 1024 * 1024,
    });
    const encoded = /^"([A-Za-z0-9+/=]+)"$/m.exec(output)?.[1] ?? "";
    const answers = JSON.parse(Buffer.from(encoded, "base64").toString()) as readonly string[];
    return answers.map((answer) => (answer === "!error" ? "error" : { json: answer }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describeWithEngines("the engine agrees", (engine) => {
  test("with every line of the tables", () => {
    const cases = CASES.flatMap((name) => readCases(name)).filter(({ onlyTofu }) => !onlyTofu || engine.name === "tofu");
    const answers = engineAnswers(engine.path, cases.map(({ expression }) => expression));
    expect(answers).toHaveLength(cases.length);
    const told = cases.map(({ expression, expected, engine: known }) => ({ expression, answer: known ?? expected }));
    expect(cases.map(({ expression }, index) => ({ expression, answer: answers[index] }))).toEqual(told);
  });
});
