import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { status as Code } from "@grpc/grpc-js";
import { readRunners, reloadRunner } from "../../src/runner";
import { RELEASED } from "../engine/release-server";
import { type Canary, canary, sightings } from "../support/canary";
import { canaryMirror } from "../support/canary-mirror";
import { type CanaryNest, canaryNest, HOST, talkativeEngine } from "../support/canary-nest";
import { gosling } from "../support/command-line";
import { commandNames } from "../support/command-names";
import { describeWithOneEngine } from "../support/engines";
import { eventually } from "../support/eventually";
import { folderWith } from "../support/folder";
import { type CliResult, result } from "../support/local-runner";
import type { Fault } from "../support/loopback-server";
import { nestFiles } from "../support/nest-files";
import { awsError } from "../support/secrets-manager";
import { vaultError } from "../support/vault";
import type { Fault as YandexFault } from "../support/yandex-server";

describeWithOneEngine("Canaries for secrets are found nowhere but in their stores and in config.toml", (engine) => {
  let world: CanaryNest;
  /** Command → all that it printed. */
  const printed: Record<string, string> = {};
  const commands = new Set<string>();

  beforeAll(async () => {
    world = await canaryNest(engine);
  });
  afterAll(() => world.dispose());

  function note(command: string, { code, stdout, stderr }: CliResult, expected: number): string {
    commands.add(command);
    printed[`gosling ${command}`] = (printed[`gosling ${command}`] ?? "") + stdout + stderr;
    if (code !== expected) throw new Error(`gosling ${command} ended with ${code}\n${stdout}\n${stderr}`);
    return stdout;
  }
  /** The program, in a process of its own. */
  const start = async (command: string, code = 0, env: Record<string, string> = {}): Promise<string> => note(command, await result(world.nest.spawnCli(command.split(" "), { ...world.env, ...env })), code);
  /** The same in this process, which takes less time. */
  const run = async (command: string, code = 0, when = "", { input = "", env = {} }: { readonly input?: string; readonly env?: Record<string, string> } = {}): Promise<string> =>
    note(when === "" ? command : `${command} (${when})`, await gosling(world.nest.root, command.split(" ").map((word) => (word === VALUE ? world.typed.value : word)), { ...world.env, ...env }, undefined, input), code);

  /** Labels of canaries that are where none may be. The stores are servers, but for these files of the home folder. */
  const STORES = /^(nest\/secrets\/|\.aws\/credentials$|\.vault-token$)/;
  const CONFIG = /^nest\/\.gosling\/runners\/app\/[^/]+\/config\.toml$/;
  /** Looks at all that was printed since the last look, and at every file. */
  function strays(more: readonly Canary[] = []): readonly string[] {
    const texts = { ...printed };
    for (const command of Object.keys(printed)) delete printed[command];
    return sightings([...world.canaries(), ...more], texts, world.home).filter((sighting) => {
      const where = sighting.slice(sighting.indexOf(" in ") + 4);
      return !STORES.test(where) && !CONFIG.test(where);
    });
  }
  const configs = (): readonly string[] => sightings(world.canaries(), {}, world.home).filter((sighting) => CONFIG.test(sighting.slice(sighting.indexOf(" in ") + 4)));

  test("every command, with all that it does, from the first deployment to the last", async () => {
    const { nest } = world;
    await start("connect --yes");
    for (const command of ["validate --explain", "validate --json", "fmt --check", "parse --json", "list --json", "get egg app", "get egg app --json", "graph", "synth --json", "doctor --json", "connect --dry-run --json", "secrets check", "secrets check --json", "plan --json", "deploy --dry-run", "rehearse --json", "engine list"]) await run(command);
    for (const reference of ["file://secrets/typed", "aws-sm://team/typed/value", "yc-lockbox://team-typed/value", "vault://team/typed/value"]) await run(`secrets set ${reference}`, 0, "", { input: world.typed.value });
    await run("secrets set env://TYPED", 1, "", { input: world.typed.value });
    await run("secrets generate file://secrets/generated --json");
    await start("plan --out saved.plan", 0, { TF_LOG: "trace" });
    await start("deploy --yes --plan saved.plan");
    await nest.statusOf("app", "idle", ({ runners }) => runners[0]?.state === "idle");
    for (const command of ["status", "status --json", "history", "history --json", "drift --json", "state list", "state list --json"]) await run(command);
    // What a startup script prints goes to the runner's log.
    const [runner] = await readRunners(nest.root);
    expect(readFileSync(runner?.log ?? "", "utf8")).toContain("started with ***MASKED*** and ***MASKED***");
    await start("rotate --all --yes");
    await run("rotate --all --finish --json --yes");
    nest.write({ "Eggs/app/config.fly": readFileSync(join(nest.root, "Eggs/app/config.fly"), "utf8").replace("concurrent ", 'timeout = "2h"\n    concurrent ') });
    await start("deploy --yes --json");
    const [later, earlier] = (JSON.parse(await run("history --json")) as { deployments: { id: string }[] }).deployments;
    await run(`diff ${earlier?.id} ${later?.id} --json`);
    for (const command of ["rollback app --dry-run", "destroy --dry-run --json", "state unlock app --yes"]) await run(command);
    await run("state import app terraform_data.none 1", 64);
    await start("rollback app --yes");
    await nest.statusOf("app", "idle", ({ runners }) => runners.length === 1 && runners[0]?.state === "idle");
    expect(strays()).toEqual([]);
    // They are in the agent's configuration, which needs them.
    expect(configs().map((sighting) => sighting.split(" in ")[0]).sort()).toEqual(["job secret of Lockbox", "job secret of Secrets Manager", "job secret of Vault", "job secret of a file", "job secret of env", "runner token"]);
  });

  test("a Nest of one's own beside it, with deploy keys, Eggs, Jobs and Rifts; what is typed where a reference belongs stays out of sight", async () => {
    const { gitlab, nest } = world;
    gitlab.addProject(3, "acme/fresh");
    const keys = `--url git@${HOST}:acme/fresh.git --api-token aws-sm://team/app/api`;
    const init = `init fresh --name fresh --no-git --secrets vault ${keys}`;
    gitlab.fail(/deploy_keys/, { kind: "echo", status: 422 }, 99);
    await run(init, 1, "GitLab refuses");
    gitlab.heal();
    for (const command of [`${init} --json`, init]) await run(command);
    expect(new Set(world.canaries().filter(({ label }) => label === "deploy key").map(({ value }) => value)).size).toBe(2);

    const place = "--provider local --cpu 1 --memory 512 --disk 5";
    const runners = `${place} --type vm --tags local --concurrent 1`;
    const [egg, bucket, job, rift] = [`add egg web --server ${HOST} --project-id 3 ${runners}`, `add bucket team --repo api=${HOST}:group:9 ${runners}`, `add job nightly --task drift --schedule @daily ${place} --type vm --tags jobs`, `add rift main ${place} --max-size 1`];
    for (const flag of ["--runner-token", "--api-token"]) {
      for (const more of ["", " --json", " --dry-run"]) await run(`${egg} ${flag} ${VALUE} --nest fresh${more}`, 64);
    }
    for (const command of [`${egg} --runner-token yc-lockbox://team-app-runner/token`, bucket, job, rift]) for (const more of [" --dry-run", " --json"]) await run(`${command} --nest fresh${more}`);
    for (const command of ["validate --nest fresh", "secrets check --nest fresh", "list --nest fresh --json"]) await run(command);
    for (const shell of ["bash", "zsh", "fish"]) await run(`completion ${shell}`);
    for (const kind of ["egg", "unit"]) await run(`completion --names ${kind}`);
    expect(readFileSync(join(nest.root, "fresh/Eggs/web/config.fly"), "utf8")).toContain("yc-lockbox://team-app-runner/token");
    expect(strays()).toEqual([]);
  });

  test("an engine from a mirror that wants credentials, and repeats them where it refuses", async () => {
    const { url, urlWithLogin, env, canaries, close } = await canaryMirror();
    const { GOSLING_ENGINE_MIRROR_TOKEN: _, ...withoutToken } = env;
    const ways = { "a token": { ...env, GOSLING_ENGINE_URL: url }, "a login": { ...withoutToken, GOSLING_ENGINE_URL: urlWithLogin } };
    try {
      for (const [way, given] of Object.entries(ways)) {
        const wrong: Readonly<Record<string, Readonly<Record<string, string>>>> = {
          "refused": { ...given, GOSLING_ENGINE_MIRROR_HEADER: "X-Key: wrong" },
          "an answer that repeats": { ...given, GOSLING_ENGINE_URL: `${given.GOSLING_ENGINE_URL}/repeats` },
          "an answer that sends away": { ...given, GOSLING_ENGINE_URL: `${given.GOSLING_ENGINE_URL}/sends-away` },
        };
        for (const [what, each] of Object.entries(wrong)) for (const json of ["", " --json"]) await run(`engine install${json}`, 1, `${way}, ${what}`, { env: each });
        for (const address of [urlWithLogin.replace("http:", "ftp:"), urlWithLogin.replace("http://", "")]) await run("engine install", 64, `${way}, no address`, { env: { ...given, GOSLING_ENGINE_URL: address } });
        for (const command of ["engine install", "engine install --json", `engine use ${RELEASED}`, "engine verify", "engine verify --json", "engine list --json", "engine use --system"]) await run(command, 0, way, { env: given });
        rmSync(join(world.home, ".cache/gosling/engines"), { recursive: true });
      }
    } finally {
      await close();
    }
    expect(strays(canaries)).toEqual([]);
  });

  const many = <T>(fault: T): readonly T[] => Array.from({ length: 60 }, () => fault);

  test("every store, with every failure", async () => {
    const { aws, kv, yandex, secrets } = world;
    const [value, ofVault, ofYandex] = [secrets.ofAws.value, secrets.ofVault.value, secrets.ofYandex.value];
    const awsFaults: Readonly<Record<string, Fault>> = {
      "denied": awsError("AccessDeniedException", `${secrets.awsSession.value} may not`),
      "not found": awsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
      "wrong key": secretString(JSON.stringify({ ap: value, jobs: value })),
      "no text": secretString(JSON.stringify({ api: { value }, job: [value] })),
      "no JSON": secretString(value),
      "half a JSON": secretString(`{"api": ${JSON.stringify(value)}`),
      "zero byte": secretString(JSON.stringify({ api: `${value}\0`, job: `${value}\0` })),
      "throttled": awsError("ThrottlingException", `Rate exceeded for ${secrets.awsSession.value}`),
      "broken": { status: 200, body: `{"SecretString": ${JSON.stringify(value)}` },
      "a page": { status: 502, body: `<html>${value}</html>` },
      "expired": awsError("ExpiredTokenException", `${Buffer.from(secrets.awsSession.value).toString("base64")} has expired`),
      "reset": "reset",
    };
    const vaultFaults: Readonly<Record<string, Fault>> = {
      "denied": vaultError(403, `${secrets.vaultToken.value} and ${Buffer.from(secrets.vaultToken.value).toString("base64")} are denied`),
      "not found": vaultError(404),
      "wrong key": kvAnswer({ x: ofVault }),
      "no text": kvAnswer({ job: { ofVault } }),
      "throttled": vaultError(429, `quota of ${secrets.vaultToken.value}`),
      "broken": { status: 200, body: `{"data": {"data": {"job": ${JSON.stringify(ofVault)}` },
      "sealed": vaultError(503, "Vault is sealed"),
      "a page": { status: 200, body: `<html>${ofVault}</html>` },
      "expired": vaultError(403, "permission denied", "invalid token"),
      "reset": "reset",
    };
    const yandexFaults: Readonly<Record<string, YandexFault>> = {
      "denied": { code: Code.PERMISSION_DENIED, details: `${[...yandex.tokens].join()} may not read ${ofYandex}` },
      "not found": { code: Code.NOT_FOUND, details: ofYandex },
      "throttled": { code: Code.RESOURCE_EXHAUSTED, details: ofYandex },
      "expired": { code: Code.UNAUTHENTICATED, details: `${[...yandex.tokens].join()} has expired` },
      "fails": { code: Code.INTERNAL, details: ofYandex },
      "broken": "answers with rubbish",
    };
    const asking = ["connect --dry-run", "connect --yes --json", "rotate --all --yes", "rotate --all --yes --json"];
    for (const [index, [name, fault]] of Object.entries(awsFaults).entries()) {
      await failing(`Secrets Manager: ${name}`, index, () => aws.faults.push(...many(fault)), () => (aws.faults.length = 0), asking[index % asking.length]);
    }
    for (const [index, [name, fault]] of Object.entries(vaultFaults).entries()) await failing(`Vault: ${name}`, index, () => kv.faults.push(...many(fault)), () => (kv.faults.length = 0));
    for (const [index, [name, fault]] of Object.entries(yandexFaults).entries()) {
      const methods = ["PayloadService/Get", "PayloadService/GetEx", "SecretService/List"];
      await failing(`Lockbox: ${name}`, index, () => methods.forEach((method) => yandex.faults.set(method, [...many(fault)])), () => yandex.faults.clear());
    }
    expect(strays()).toEqual([]);
  });

  /** While a store fails: what asks it, and a runner that reads anew. */
  async function failing(what: string, index: number, begin: () => unknown, end: () => unknown, more?: string): Promise<void> {
    const [runner] = await readRunners(world.nest.root);
    if (runner === undefined) throw new Error("there is a runner");
    const refusals = (): number => readFileSync(runner.log, "utf8").split("not reloaded").length;
    const before = refusals();
    begin();
    const reads = REPEATS.test(what) && (await reloadRunner(runner));
    await run(`secrets check${index % 2 === 0 ? "" : " --json"}`, 1, what);
    if (more !== undefined) await run(more, 1, what);
    if (reads) await eventually(`${what}: the runner says so`, () => refusals() > before);
    end();
  }

  test("GitLab, in whatever words it refuses, while stores are slow to answer", async () => {
    const { aws, kv, gitlab } = world;
    aws.faults.push("silence");
    kv.faults.push("silence");
    const slow = start("secrets check");
    await Promise.race([slow, eventually("both are asked", () => aws.faults.length + kv.faults.length === 0)]);
    for (const [status, json] of [[400, ""], [401, " --json"], [403, ""], [404, " --json"]] as const) {
      gitlab.fail(/./, { kind: "echo", status }, 99);
      for (const command of ["connect --yes", "rotate --all --yes"]) await run(command + json, 1, String(status));
      gitlab.heal();
    }
    // It is asked again and again, with pauses.
    gitlab.fail(/./, { kind: "echo", status: 500 }, 99);
    await run("connect --yes", 1, "500");
    gitlab.heal();
    // What it is given: the secrets of webhooks.
    gitlab.fail(/^PUT /, { kind: "echo", status: 422 }, 99);
    for (const command of ["rotate --all --yes", "rotate --all --yes --json"]) await run(command, 1);
    gitlab.heal();
    await slow;
    expect(strays()).toEqual([]);
  });

  test("an engine that repeats what it was told", async () => {
    const env = { GOSLING_ENGINE: talkativeEngine(world.home, engine) };
    for (const command of ["plan", "plan --json", "deploy --yes --refresh", "deploy --yes --refresh --json", "drift", "drift --json"]) await run(command, 1, "", { env });
    for (const command of ["history --json", "status --json"]) await run(command);
    expect(strays()).toEqual([]);
  });

  test("a value in a file, where a reference belongs", async () => {
    const [inFile, ofVariable, given] = [canary("value in a file"), canary("default of a sensitive variable"), canary("given value of a sensitive variable")];
    const files = nestFiles({ web: { gitlab: `server = "${HOST}"\n    project_id = 2\n    runner_token = ${flyText(inFile.value)}`, more: "environment = { A = var.secret }" } }, { "variables.fly": `variable "secret" {\n  type      = string\n  sensitive = true\n  default   = ${flyText(ofVariable.value)}\n}\n` });
    const folder = folderWith(files);
    const texts: Record<string, string> = {};
    for (const command of ["validate", "validate --json", "plan", "deploy --yes --json", "get egg web", "list --json", "secrets check", "synth", "connect --dry-run", "rotate --all --yes", "status", "doctor", "graph"]) {
      const { stdout, stderr } = await gosling(folder, command.split(" "), world.env);
      texts[`gosling ${command}`] = stdout + stderr;
    }
    for (const command of ["validate", "plan --json", "deploy --yes", "get egg web", "add rift main --yes --max-size 1"]) {
      for (const [args, env] of [[["--var", `secret=${given.value}`], {}], [[], { FLY_VAR_secret: given.value }]] as const) {
        const { stdout, stderr } = await gosling(folder, [...command.split(" "), ...args], { ...world.env, ...env });
        texts[`gosling ${command} ${args[0]}`] = stdout + stderr;
      }
    }
    expect(texts["gosling validate"]).toContain("runner_token");
    expect(sightings([inFile, ofVariable, given], texts, folder).filter((sighting) => !/ in (Eggs\/web\/config|variables)\.fly$/.test(sighting))).toEqual([]);
  });

  test("a runner by hand", async () => {
    const [made] = await readRunners(world.nest.root);
    const runner = "--egg app --id by-hand";
    await run(`runner create ${runner}`, 0, "", { env: { GOSLING_RUNNER_CONFIGURATION: JSON.stringify({ ...made?.configuration, id: undefined }) } });
    for (const command of ["start", "stop", "remove"]) await start(`runner ${command} ${runner}`);
    // Which is what `start` has started.
    commands.add("runner run");
    expect(strays()).toEqual([]);
  });

  test("the end, after which no value is on this machine", async () => {
    await start("destroy --yes");
    expect(strays()).toEqual([]);
    expect(configs()).toEqual([]);
  });

  test("no command of the program was left out", async () => {
    const ran = (name: string): boolean => [...commands].some((command) => `${command} `.startsWith(`${name} `));
    expect((await commandNames()).filter((name) => !ran(name))).toEqual([]);
  });
});

/** Stands in a command for what is typed there. */
const VALUE = "VALUE";

const flyText = (value: string): string => JSON.stringify(value).replace(/[$%](?=\{)/g, "$&$&");

/** Failures in which a server says what it was told, or gives what is no secret: a runner meets these, too. */
const REPEATS = /: (denied|expired|no JSON|a page)$/;

const secretString = (text: string): Fault => ({ status: 200, body: JSON.stringify({ Name: "team/app", SecretString: text }), headers: { "content-type": "application/x-amz-json-1.1" } });
const kvAnswer = (data: unknown): Fault => ({ status: 200, body: JSON.stringify({ data: { data, metadata: { version: 1 } } }) });
