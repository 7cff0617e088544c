import { describeWithEngines } from "../support/engines";
import { CASES, FILES, readCases } from "./cases/read-cases";
import type { Case } from "./cases/read-cases";
import { engineAnswers } from "./engine-answers";
import { evaluateText } from "./evaluate-text";
import { folderFiles } from "./folder-files";
import { join } from "node:path";

const folder = join(__dirname, "cases");
const files = folderFiles(folder);

function ours(expression: string): Case["expected"] {
  const { json, codes } = evaluateText(expression, { files });
  return codes.length > 0 ? "error" : { json };
}

describe.each(CASES)("%s", (name) => {
  test.each(readCases(name))("$expression", ({ expression, expected }) => {
    expect(ours(expression)).toEqual(expected);
  });
});

describeWithEngines("the engine agrees", (engine) => {
  test("with every line of the tables", () => {
    const cases = CASES.flatMap((name) => readCases(name)).filter(({ onlyTofu }) => !onlyTofu || engine.name === "tofu");
    const answers = engineAnswers(engine.path, cases.map(({ expression }) => expression), { from: folder, name: FILES });
    const told = cases.map(({ expression, expected, engine: known }) => ({ expression, answer: known ?? expected }));
    expect(cases.map(({ expression }, index) => ({ expression, answer: answers[index] }))).toEqual(told);
  });
});
