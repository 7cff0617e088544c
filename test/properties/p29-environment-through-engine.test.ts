import fc from "fast-check";
import { synthesize } from "../../src/synth";
import { describeWithEngines } from "../support/engines";
import { folderWith } from "../support/folder";
import { EngineStack, on } from "../synth/engine-stack";
import { eggNamed, nestOf, shell } from "../synth/model-nest";

/** What means something to the engine, to the engine library, to a shell or to JSON. */
const AWKWARD = ["${HOME}", "$${x}", "%{ if true }", "%%{x}", "${TfToken[TOKEN.1]}", "#{TfToken[TOKEN.1]}", "&{TfToken[TOKEN.1]}", "-1.8881545897087626e+289", '"\\', "a\nb\tc\r\n", "\u0000", "\u2028 🦢 é e\u0301", "$(reboot) `id` 'x'", "\\u0024{x}", "%PATH% !x!"];
const numRuns = Number(process.env["FC_RUNS"] ?? 100);
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 60 }), fc.array(fc.constantFrom("$", "%", "#", "&", "{", "}", '"', "\\", "$${", "e+289", "1", "-"), { maxLength: 12 }).map((parts) => parts.join("")));

describeWithEngines("what an Egg says goes through the engine", (engine) => {
  // One Egg with every generated string: an engine run for each would take minutes and show no more.
  test("P29: every environment reaches the runner byte for byte", async () => {
    const generated = fc.sample(text, { numRuns: 2 * numRuns, seed: 29 });
    const environment = Object.fromEntries([...AWKWARD, ...generated].map((value, index) => [`V${index}`, value]));
    const startupScript = AWKWARD.join("\n");
    const agentConfig = { deep: [{ "${key}": "${value}", number: 1e250 }] };
    const root = folderWith({});
    await synthesize(nestOf(root, { eggs: [eggNamed("my-app", { environment, runner: { ...shell, startupScript, agentConfig } })] }));
    const stack = new EngineStack(engine, root, "my-app");
    expect(stack.apply({ a: on })).toMatchObject({ status: 0 });
    expect(JSON.parse(stack.calls()[0]?.configuration ?? "")).toMatchObject({ environment, startupScript, agentConfig });
  });
});
