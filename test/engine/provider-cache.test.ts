import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, openStack, type StackOptions, warmProviderCache } from "../../src/engine";
import { requiredProviders } from "../../src/engine/required-providers";
import { describeWithEngines } from "../support/engines";
import { type Answer, serve } from "./release-server";
import { configuration, makeFolder, removeFolders, RUNNERS, toEngine } from "./stack-folder";
import { mirrorAnswers, mirrorFolder, placeOf, wantsTiny } from "./tiny-provider";

const HOST = "registry.example.test/acme/tiny";
const openssl = spawnSync("openssl", ["version"]).status === 0;
const certificates = mkdtempSync(join(tmpdir(), "gosling-tls-"));
const [KEY, CERTIFICATE] = [join(certificates, "key.pem"), join(certificates, "cert.pem")];
if (openssl) spawnSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", KEY, "-out", CERTIFICATE]);

afterEach(removeFolders);
afterAll(() => rmSync(certificates, { recursive: true }));

describe("the providers that a stack wants", () => {
  const wanted = (...parts: readonly object[]) => requiredProviders(makeFolder(Object.fromEntries(parts.map((part, index) => [`${index}.tf.json`, JSON.stringify(part)]))));

  test.each<[string, object, unknown]>([
    ["nothing", {}, {}],
    ["terraform_data alone", RUNNERS, {}],
    ["the built-in provider by its name", { terraform: { required_providers: { terraform: { source: "terraform.io/builtin/terraform" } } } }, {}],
    ["one that is required", wantsTiny("acme/tiny"), { tiny: { source: "acme/tiny", version: "1.0.0" } }],
    ["one in a list of blocks", { terraform: [{ required_providers: [{ aws: { source: "hashicorp/aws" } }] }] }, { aws: { source: "hashicorp/aws" } }],
    ["one in the old form", { terraform: { required_providers: { aws: "~> 6.0" } } }, { aws: { source: "hashicorp/aws", version: "~> 6.0" } }],
    ["what resources and data sources imply", { resource: { null_resource: { a: {} }, terraform_data: { b: {} } }, data: [{ aws_ami: { a: {} } }], provider: { http: {} } }, { aws: { source: "hashicorp/aws" }, http: { source: "hashicorp/http" }, null: { source: "hashicorp/null" } }],
  ])("%s", async (_what, part, providers) => expect(await wanted(part)).toEqual(providers));

  test("of several files together", async () => {
    expect(await wanted(wantsTiny("acme/tiny"), { resource: { tiny_thing: { a: {} }, null_resource: { b: {} } } })).toEqual({ null: { source: "hashicorp/null" }, tiny: { source: "acme/tiny", version: "1.0.0" } });
  });

  test("cannot be told where a file is no JSON", async () => {
    expect(await requiredProviders(makeFolder({ "main.tf": "terraform {}" }))).toBeUndefined();
    expect(await requiredProviders(makeFolder({ "main.tf.json": "{" }))).toBeUndefined();
  });
});

describeWithEngines("providers", (found) => {
  const engine: Engine = toEngine(found);
  let cache: string;
  beforeEach(() => {
    cache = makeFolder();
  });

  // The engines leave a folder of their own in HOME.
  const environment = (env: Readonly<Record<string, string>> = {}) => ({ PATH: process.env["PATH"] ?? "", HOME: makeFolder(), GOSLING_CACHE: cache, ...env });
  const stack = (source: string, env: Readonly<Record<string, string>>, parts: object = wantsTiny(source)): StackOptions => ({ engine, folder: makeFolder({ "cdk.tf.json": JSON.stringify(parts) }), env: environment(env) });
  const cached = () => join(cache, "providers", placeOf(HOST));
  const inStack = ({ folder }: StackOptions) => join(folder, ".terraform", "providers", placeOf(HOST));

  test("come from a folder, and are kept once for all stacks", async () => {
    const env = { GOSLING_PROVIDER_MIRROR: mirrorFolder(makeFolder(), HOST) };
    const stacks = [stack(HOST, env), stack(HOST, env)];
    for (const options of stacks) expect(await openStack(options).init()).toBe(true);
    expect(stacks.map((options) => realpathSync(inStack(options)))).toEqual([realpathSync(cached()), realpathSync(cached())]);
  });

  test("that the mirror does not have: the engine's words name the provider", async () => {
    await expect(openStack(stack("registry.example.test/acme/other", { GOSLING_PROVIDER_MIRROR: mirrorFolder(makeFolder(), HOST) })).init()).rejects.toMatchObject({ message: expect.stringContaining("acme/other") as string });
  });

  test("are no matter of stacks without any: nothing is written, and nobody looks at the mirror", async () => {
    const plain = stack(HOST, { GOSLING_PROVIDER_MIRROR: "/nowhere/at/all" }, JSON.parse(configuration(RUNNERS)) as object);
    await warmProviderCache([plain, { ...plain }]);
    expect((await openStack(plain).plan({ variables: { runners: { a: "1" } } })).summary.add).toBe(1);
    expect(readdirSync(cache)).toEqual([]);
  });

  test("come from where the user's own configuration says", async () => {
    const mirror = mirrorFolder(makeFolder(), HOST);
    const own = join(cache, "own.tfrc");
    writeFileSync(own, `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`);
    const plugins = makeFolder();
    const options = stack(HOST, { TF_CLI_CONFIG_FILE: own, TF_PLUGIN_CACHE_DIR: plugins, GOSLING_PROVIDER_MIRROR: "https://127.0.0.1:1/" });
    await openStack(options).init();
    expect(realpathSync(inStack(options))).toBe(realpathSync(join(plugins, placeOf(HOST))));
    expect(existsSync(join(cache, "providers"))).toBe(false);
  });

  test("from an OCI registry: OpenTofu asks it, Terraform can't", async () => {
    const init = openStack(stack("acme/tiny", { GOSLING_PROVIDER_MIRROR: "oci://127.0.0.1:1/providers" })).init();
    if (engine.name === "tofu") await expect(init).rejects.toMatchObject({ message: expect.stringMatching(/OCI\s+registry\s+at\s+127\.0\.0\.1:1/) as string });
    else await expect(init).rejects.toMatchObject({ code: "PROVIDER_MIRROR_UNSUPPORTED" });
  });

  const withOpenssl = openssl ? test : test.skip;
  withOpenssl(`are downloaded once, before stacks are set up in parallel${openssl ? "" : " (skipped: there is no openssl to make a certificate with)"}`, async () => {
    // Terraform takes an index for nothing else.
    const answers = Object.entries(mirrorAnswers()).map(([name, body]): [string, Answer] => [name, (_request, response) => void response.writeHead(200, { "content-type": name.endsWith(".json") ? "application/json" : "application/zip" }).end(body)]);
    const server = await serve(Object.fromEntries(answers), (listener) => createServer({ key: readFileSync(KEY), cert: readFileSync(CERTIFICATE) }, listener) as never);
    try {
      const env = { GOSLING_PROVIDER_MIRROR: `https://127.0.0.1:${server.port}/providers`, SSL_CERT_FILE: CERTIFICATE };
      const stacks = Array.from({ length: 4 }, () => stack(HOST, env));
      const plain = stack(HOST, env, JSON.parse(configuration(RUNNERS)) as object);
      await warmProviderCache([...stacks, plain]);
      const archives = () => server.requests.filter((path) => path.endsWith(".zip")).length;
      const [before, { mtimeMs, ino }] = [archives(), statSync(cached())];
      expect(before).toBeGreaterThan(0);
      expect(server.requests[0]).toBe(`/providers/${HOST}/index.json`);
      await Promise.all(stacks.map((options) => openStack(options).init()));
      expect(archives()).toBe(before);
      expect(statSync(cached())).toMatchObject({ mtimeMs, ino });
      for (const options of stacks) expect(realpathSync(inStack(options))).toBe(realpathSync(cached()));
      // All are set up: another time costs nothing.
      const requests = server.requests.length;
      await warmProviderCache([...stacks, plain]);
      expect(server.requests).toHaveLength(requests);
    } finally {
      await server.close();
    }
  });

  test("that cannot be got beforehand are told by the stack that wants them", async () => {
    const env = { GOSLING_PROVIDER_MIRROR: mirrorFolder(makeFolder(), HOST) };
    const other = "registry.example.test/acme/other";
    const stacks = [stack(other, env), stack(HOST, env)] as const;
    await warmProviderCache(stacks);
    expect(lstatSync(cached()).isFile()).toBe(true);
    await expect(openStack(stacks[0]).init()).rejects.toMatchObject({ message: expect.stringContaining(other) as string });
    expect(await openStack(stacks[1]).init()).toBe(true);
  });
});
