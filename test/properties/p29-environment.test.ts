import fc from "fast-check";
import { agentConfig } from "../../src/runner/agent-config";
import { runnerFolder } from "../../src/runner/folder";
import type { RunnerFile } from "../../src/runner/runner-file";
import { jobEnvironment } from "../support/agent/expand";
import { runnerFile } from "../support/runner-file";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/).filter((text) => text !== "__proto__");
/** Any text that a process environment can hold, with what TOML, the agent and shells care for more often than by chance. */
const value = fc
  .array(fc.oneof(fc.string({ unit: "binary", maxLength: 6 }), fc.constantFrom("$", "$$", "${", "}", "$HOME", "${A}", "$1", "$-", "\\", '"', "'", '"""', "\n", "\r\n", "\t", " ", "=", "#", "%", "`", "é", "😀", "\u0001", "\u007f", "\ufeff")), { maxLength: 8 })
  .map((parts) => parts.join("").replaceAll("\0", ""));
const environment = fc.dictionary(name, value, { maxKeys: 8, noNullPrototype: true });

async function environmentOfJobs(runner: RunnerFile, secrets: ReadonlyMap<string, string>): Promise<Record<string, string>> {
  const { parse } = await import("smol-toml");
  const text = await agentConfig({ runner, folder: runnerFolder("/nest", "my-app", "r1"), tokens: new Map(), secrets, metricsPort: 9252 });
  const { runners } = parse(text) as unknown as { readonly runners: readonly { readonly environment: readonly string[] }[] };
  return jobEnvironment(runners[0]?.environment ?? []);
}

test("P29: every variable of environment and secrets is in the job's environment, byte for byte", async () => {
  await fc.assert(
    fc.asyncProperty(environment, environment, async (variables, secrets) => {
      const got = await environmentOfJobs(runnerFile({ environment: variables }), new Map(Object.entries(secrets)));
      expect(got).toEqual({ ...variables, ...secrets });
    }),
    { numRuns },
  );
});

test("P29: the proxy is in the job's environment, and the Egg's own variables win", async () => {
  const runner = runnerFile({ proxy: { http: "http://user:p$$w@proxy:3128", noProxy: ["10.0.0.0/8", ".example.com"] }, environment: { http_proxy: "mine" } });
  expect(await environmentOfJobs(runner, new Map())).toEqual({
    HTTP_PROXY: "http://user:p$$w@proxy:3128",
    http_proxy: "mine",
    NO_PROXY: "10.0.0.0/8,.example.com",
    no_proxy: "10.0.0.0/8,.example.com",
  });
});

test.each([
  ["a NUL in a value", { A: "x\0y" }],
  ["an empty name", { "": "x" }],
  ['a "=" in a name', { "A=B": "x" }],
  ["half a character", { A: "\ud800" }],
])("P29: %s is refused, and the value is not repeated", async (_title, variables) => {
  const error = await environmentOfJobs(runnerFile({ environment: { ...variables, B: "hunter22" } }), new Map()).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "RUNNER_ENVIRONMENT" });
  expect(String(error)).not.toContain("hunter22");
});
