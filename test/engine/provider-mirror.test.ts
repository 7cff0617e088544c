import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { providerEnvironment } from "../../src/engine/provider-cache";
import { providerMirror, writeCliConfig } from "../../src/engine/provider-mirror";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gosling-mirror-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const TOFU = { name: "tofu", version: "1.12.6" } as const;
const TERRAFORM = { name: "terraform", version: "1.11.4" } as const;
const mirror = (value: string) => providerMirror({ GOSLING_PROVIDER_MIRROR: value });
const surroundings = (env: Readonly<Record<string, string>> = {}) => ({ HOME: folder, GOSLING_CACHE: join(folder, "cache"), ...env });

describe("GOSLING_PROVIDER_MIRROR", () => {
  test.each([
    ["", undefined],
    ["/srv/providers", { kind: "filesystem", path: "/srv/providers" }],
    ["https://mirror.example/providers/", { kind: "network", url: "https://mirror.example/providers/" }],
    ["https://mirror.example/providers", { kind: "network", url: "https://mirror.example/providers/" }],
    ["oci://mirror.example/providers", { kind: "oci", template: "mirror.example/providers/${namespace}/${type}", include: ["registry.opentofu.org/*/*"] }],
    ["oci://mirror.example/p/${type}-of-${namespace}", { kind: "oci", template: "mirror.example/p/${type}-of-${namespace}", include: ["registry.opentofu.org/*/*"] }],
    ["oci://mirror.example/${hostname}/${namespace}/${type}", { kind: "oci", template: "mirror.example/${hostname}/${namespace}/${type}" }],
  ])("%p", (value, wanted) => expect(mirror(value)).toEqual(wanted));

  test.each([
    ["http://mirror.example/", "over https alone"],
    ["ftp://mirror.example/", "https://SERVER/PATH/"],
    ["https://", "https://SERVER/PATH/"],
    ["https://user:s3cret@my-mirror.example:8443/p/", "TF_TOKEN_my__mirror_example to the token"],
    ["oci://user:s3cret@mirror.example/p", "docker login"],
  ])("%p is refused, with the way out and without the secret", (value, hint) => {
    const refusal = (() => {
      try {
        return mirror(value);
      } catch (error) {
        return error;
      }
    })() as Error & { hint: string };
    expect(refusal).toMatchObject({ code: "BAD_PROVIDER_MIRROR", exitCode: 64, hint: expect.stringContaining(hint) as string });
    expect(refusal.message + refusal.hint).not.toContain("s3cret");
  });
});

describe("the engine's configuration file", () => {
  test("is named by what is in it, and the same for all that write it at once", async () => {
    const write = (url: string) => writeCliConfig({ kind: "network", url }, TERRAFORM, surroundings());
    const files = await Promise.all(Array.from({ length: 8 }, () => write("https://a.example/")));
    expect(new Set(files).size).toBe(1);
    expect(JSON.parse(readFileSync(files[0] as string, "utf8"))).toEqual({ provider_installation: [{ network_mirror: [{ url: "https://a.example/" }] }] });
    const other = await write("https://b.example/");
    expect(readdirSync(join(folder, "cache", "engine-config")).map((name) => join(folder, "cache", "engine-config", name)).sort()).toEqual([files[0], other].sort());
  });

  test("is mended where it was damaged", async () => {
    const write = () => writeCliConfig({ kind: "network", url: "https://a.example/" }, TOFU, surroundings());
    writeFileSync(await write(), "{");
    expect(readFileSync(await write(), "utf8")).toContain("https://a.example/");
  });

  test("a folder that is not there is named", async () => {
    await expect(writeCliConfig({ kind: "filesystem", path: "/nowhere/at/all" }, TOFU, surroundings())).rejects.toMatchObject({ code: "PROVIDER_MIRROR_MISSING", message: expect.stringContaining("/nowhere/at/all") as string, hint: expect.stringContaining("providers mirror") as string });
  });

  test.each([TERRAFORM, { name: "tofu", version: "1.9.4" } as const])("%o takes nothing from an OCI registry", async (engine) => {
    await expect(writeCliConfig({ kind: "oci", template: "m/${hostname}/${namespace}/${type}" }, engine, surroundings())).rejects.toMatchObject({ code: "PROVIDER_MIRROR_UNSUPPORTED", message: expect.stringContaining(engine.version) as string, hint: expect.stringContaining("gosling engine install") as string });
  });
});

describe("what an engine is told", () => {
  const cache = () => ({ TF_PLUGIN_CACHE_DIR: join(folder, "cache", "providers"), TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: "1" });

  test("the cache, which is there; and a mirror's file where one is named", async () => {
    expect(await providerEnvironment(surroundings(), TOFU)).toEqual(cache());
    expect(readdirSync(join(folder, "cache"))).toEqual(["providers"]);
    expect(await providerEnvironment(surroundings({ GOSLING_PROVIDER_MIRROR: folder }), TOFU)).toEqual({ ...cache(), TF_CLI_CONFIG_FILE: expect.stringMatching(/engine-config\/providers-[0-9a-f]{16}\.tfrc$/) as string });
  });

  test("nothing that the user has set", async () => {
    expect(await providerEnvironment(surroundings({ TF_PLUGIN_CACHE_DIR: "/mine" }), TOFU)).toEqual({});
    expect(await providerEnvironment(surroundings({ TF_CLI_CONFIG_FILE: "/etc/tofurc", GOSLING_PROVIDER_MIRROR: "http://no.matter" }), TOFU)).toEqual(cache());
  });

  test.each([".tofurc", ".terraformrc", "named"])("no cache where the user's %s names one", async (name) => {
    writeFileSync(join(folder, name), '# mine\nplugin_cache_dir = "/mine"\n');
    expect(await providerEnvironment(surroundings(name === "named" ? { TF_CLI_CONFIG_FILE: join(folder, name) } : {}), TOFU)).toEqual({});
  });
});
