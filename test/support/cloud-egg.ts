import fc from "fast-check";
import type { EggRunnerProps } from "../../constructs";

/** An Egg that two clouds can both have: all but its `cloud` and its secrets' store. */
export type PortableEgg = Omit<EggRunnerProps, "cloud">;
export type CloudName = "aws" | "yandex";

const SCHEMES: Readonly<Record<CloudName, string>> = { aws: "aws-sm", yandex: "yc-lockbox" };
const CLOUDS: Readonly<Record<CloudName, EggRunnerProps["cloud"]>> = {
  aws: { provider: "aws", region: "eu-central-1" },
  yandex: { provider: "yandex", region: "ru-central1", folderId: "b1g0123456789abcdefg" },
};

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/);
/** Text with what shells, YAML, JSON, templates of the engine and tokens of its library care for. */
const text = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom("${a}", "%{if}", "$HOME", "#{TfToken[1]}", '"', "'", "\\", "\n", " ", "#", ": ", "é", "😀")), { maxLength })
    .map((parts) => parts.join("").replaceAll("\0", ""));
const variable = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,10}$/);
/** `SCHEME` stands for the store of the Egg's cloud. */
const secret = fc.record({ path: fc.array(fc.stringMatching(/^[a-z0-9]{1,8}$/), { minLength: 2, maxLength: 3 }) }).map(({ path }) => `SCHEME://${path.join("/")}`);

const shared = {
  nest: fc.stringMatching(/^[a-z][a-z0-9-]{0,18}[a-z0-9]$/),
  name,
  environment: fc.dictionary(variable, text(4), { maxKeys: 3, noNullPrototype: true }),
  secrets: fc.dictionary(variable.map((each) => `S_${each}`), secret, { maxKeys: 3, noNullPrototype: true }),
  gitlab: fc.record({ server: fc.constantFrom("gitlab.com", "gitlab.example.org:8443"), projectId: fc.integer({ min: 1, max: 1e9 }) }),
  proxy: fc.option(fc.constant({ http: "http://proxy.example.com:3128", https: "http://proxy.example.com:3128", noProxy: [".example.org"] }), { nil: undefined }),
};
const runner = {
  tags: fc.uniqueArray(fc.stringMatching(/^[a-z0-9.:_-]{1,10}$/), { minLength: 1, maxLength: 4 }),
  concurrent: fc.integer({ min: 1, max: 40 }),
  runUntagged: fc.boolean(),
  protected: fc.boolean(),
  locked: fc.boolean(),
  agentVersion: fc.option(fc.constant("17.5.0"), { nil: undefined }),
};

/** Eggs of machines and of serverless runners, each within what both clouds have. */
export const portableEgg: fc.Arbitrary<PortableEgg> = fc.oneof(
  fc.record({
    ...shared,
    type: fc.constant("vm" as const),
    resources: fc.record({ cpu: fc.integer({ min: 1, max: 32 }), memory: fc.integer({ min: 512, max: 65_536 }), disk: fc.integer({ min: 5, max: 200 }) }),
    runner: fc.record({
      ...runner,
      timeout: fc.constantFrom("10m", "1h", "3h30m"),
      executor: fc.constantFrom("shell" as const, "docker" as const),
      image: fc.option(fc.constant("registry.example.com/ci:1"), { nil: undefined }),
      startupScript: fc.option(text(8), { nil: undefined }),
      agentConfig: fc.constantFrom({}, { builds_dir: "/builds", docker: { privileged: true } }),
    }),
    caCertificate: fc.option(fc.constant("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"), { nil: undefined }),
  }),
  fc.record({
    ...shared,
    type: fc.constantFrom("serverless" as const, "auto" as const),
    resources: fc.record({ cpu: fc.integer({ min: 1, max: 4 }), memory: fc.integer({ min: 128, max: 8192 }), disk: fc.integer({ min: 1, max: 10 }) }),
    runner: fc.record({ ...runner, timeout: fc.constantFrom("90s", "10m", "55m", "1h") }),
  }),
).map((egg) => withoutUndefined(egg) as unknown as PortableEgg);

/** The Egg on a cloud, with that cloud's secrets. */
export function eggOn(egg: PortableEgg, cloud: CloudName, changes: Partial<EggRunnerProps["cloud"]> = {}): EggRunnerProps {
  const secrets = Object.fromEntries(Object.entries(egg.secrets ?? {}).map(([variableName, reference]) => [variableName, reference.replace("SCHEME", SCHEMES[cloud])]));
  return { ...egg, secrets, cloud: { ...CLOUDS[cloud], ...changes } };
}

/** What names the cloud or its store, taken out of what a runner is told. */
export function withoutCloud(value: string): string {
  return value.replaceAll(/yc-lockbox:|aws-sm:/g, "SCHEME:").replaceAll(/"cloud":"(?:aws|yandex)"/g, '"cloud":"CLOUD"').replaceAll(/"revision":"[^"]*"/g, '"revision":"REVISION"');
}

function withoutUndefined<T>(value: T): T {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, withoutUndefined(item)]]))) as T;
}
