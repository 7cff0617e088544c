import { status as Code } from "@grpc/grpc-js";
import { sightings } from "../support/canary";
import { canariesInBucket, canariesInProject, canariesOnBothClouds, type CanaryClouds, type SharedCanaryClouds, type Subject } from "../support/canary-clouds";
import { gosling } from "../support/command-line";
import { describeWithOneEngine, type TestEngine } from "../support/engines";
import type { ProxiedRequest, ProxyFault } from "../support/faulty-proxy";
import { describeWithMoto } from "../support/moto";

jest.setTimeout(240_000);

interface More {
  /** Default: 0; `any`: what it finds depends on the machine. */
  readonly code?: number | "any";
  readonly when?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs commands, and keeps all that they print until somebody has looked for canaries in it. */
function watch(world: () => CanaryClouds) {
  const printed: Record<string, string> = {};
  const run = async (command: string, { code: expected = 0, when = "", input = "", env = {} }: More = {}): Promise<string> => {
    const { nest } = world();
    const { code, stdout, stderr } = await gosling(nest.root, command.split(" "), { ...nest.env, ...env }, undefined, input);
    const what = `gosling ${command}${when === "" ? "" : ` (${when})`}`;
    printed[what] = (printed[what] ?? "") + stdout + stderr;
    if (expected !== "any" && code !== expected) throw new Error(`${what} ended with ${code}\n${stdout}\n${stderr}`);
    return stdout;
  };
  /** Labels of canaries in what was printed since the last look, in any file, beside the state, or in a cloud. */
  const strays = async (): Promise<readonly string[]> => {
    const texts = { ...printed, ...(await world().kept()) };
    for (const command of Object.keys(printed)) delete printed[command];
    return sightings(world().canaries(), texts, world().home);
  };
  const setTimeoutTo = (timeout: string): void => {
    const { nest, eggs } = world();
    for (const egg of eggs) nest.edit(`Eggs/${egg}/config.fly`, (text) => text.replace(/timeout( +)= "\w+"/, `timeout$1= "${timeout}"`));
  };
  /** So that a look for canaries is one at where they were masked. */
  const said = (): string => Object.values(printed).join("\n");
  return { run, strays, setTimeoutTo, said };
}

type Watch = ReturnType<typeof watch>;

async function deployAndChange({ run, setTimeoutTo }: Watch, { secrets, eggs }: CanaryClouds): Promise<void> {
  for (const [reference, value] of Object.entries(secrets)) await run(`secrets set ${reference}`, { input: value });
  for (const command of ["secrets check --json", "secrets check"]) await run(command, { code: 1 });
  for (const command of ["validate", "synth --json", "plan --out saved.plan", "deploy --yes --plan saved.plan"]) await run(command);
  for (const command of ["status", "status --json", "history", "drift --json", "state list --json", "connect --dry-run --json"]) await run(command);
  await run("doctor --json", { code: "any" });
  setTimeoutTo("12m");
  await run("deploy --yes --json");
  const [later, earlier] = (JSON.parse(await run(`history ${eggs[0]} --json`)) as { deployments: { id: string }[] }).deployments;
  await run(`diff ${earlier?.id} ${later?.id} --json`);
  await run(`state import ${eggs[0]} terraform_data.none 1`, { code: 64 });
}

interface Failure {
  readonly of: Subject;
  readonly fault: ProxyFault;
  /** Each of them fails. */
  readonly commands: readonly string[];
  /** Default: whatever is asked. */
  readonly strikes?: (request: ProxiedRequest) => boolean;
}

/** Half an answer about a lock would leave it there. */
const ofNoLock = ({ path }: ProxiedRequest): boolean => !path.includes("lock");
const reads = (request: ProxiedRequest): boolean => request.method === "GET" && ofNoLock(request);
const writes = (request: ProxiedRequest): boolean => ["PUT", "POST"].includes(request.method) && ofNoLock(request);

const FAILURES: readonly Failure[] = [
  { of: "records", fault: "refuses", commands: ["status", "history --json", "deploy --yes", "destroy --yes --json"] },
  { of: "records", fault: "fails", commands: ["status --json"] },
  { of: "records", fault: "page", commands: ["status", "deploy --yes --json", "state list"] },
  { of: "records", fault: "half", commands: ["status", "deploy --yes"], strikes: reads },
  { of: "secrets", fault: "refuses", commands: ["secrets check", "connect --yes", "rotate --all --yes --json"] },
  { of: "secrets", fault: "fails", commands: ["secrets check --json"] },
  { of: "secrets", fault: "page", commands: ["secrets check", "connect --dry-run --json"] },
  { of: "secrets", fault: "half", commands: ["secrets check"] },
  { of: "state", fault: "refuses", commands: ["deploy --yes", "deploy --yes --json", "drift --json", "state list"] },
  { of: "state", fault: "page", commands: ["deploy --yes", "drift"] },
  { of: "state", fault: "half", commands: ["drift", "deploy --yes --refresh --json"], strikes: reads },
  // What it could not save is kept beside the stack, for the next deploy.
  { of: "state", fault: "refuses", commands: ["deploy --yes --refresh --allow-destroy"], strikes: writes },
];

function holdsFor(title: string, start: (engine: TestEngine) => Promise<SharedCanaryClouds>): void {
  describeWithOneEngine(title, (engine) => {
    let world: SharedCanaryClouds;
    const watched = watch(() => world);
    const { run, strays, setTimeoutTo, said } = watched;
    beforeAll(async () => (world = await start(engine)));
    afterAll(() => world.dispose());

    test("are found neither here nor there, from the first deployment to a rollback", async () => {
      await deployAndChange(watched, world);
      for (const command of ["rotate --all --yes", "rotate --all --finish --yes --json", `rollback ${world.eggs[0]} --yes`, "destroy --dry-run --json"]) await run(command);
      const places = Object.keys(await world.kept());
      for (const place of ["beside the state", "in the cloud"]) expect(places.filter((name) => name.endsWith(place)).length).toBeGreaterThan(3);
      expect(await strays()).toEqual([]);
    });

    test("in whatever way the server of the state fails", async () => {
      setTimeoutTo("13m");
      const failures = FAILURES.filter(({ of }) => world.subjects.includes(of));
      for (const { of, fault, commands, strikes = () => true } of failures) {
        world.proxy.fault = (request) => (world.subjectOf(request) === of && strikes(request) ? fault : undefined);
        for (const command of commands) await run(command, { code: 1, when: `${of}: ${fault}` });
        world.proxy.fault = undefined;
      }
      expect(said()).toContain("errored.tfstate, and the next run puts it in its place");
      if (world.subjects.includes("secrets")) expect(said()).toMatch(/denies it: .*\*\*\*MASKED\*\*\*/);
      expect(await strays()).toEqual([]);
    });

    test("with another key of the state, with one that is none, and while somebody holds a lock", async () => {
      for (const [what, env] of Object.entries(world.otherKeys)) for (const command of ["status", "deploy --yes --json", "history", "destroy --yes"]) await run(command, { code: 1, when: `${what} key`, env });
      const [egg] = world.eggs;
      await world.leaveLock(egg ?? "");
      await run("deploy --yes", { code: 1, when: "locked" });
      await run(`state unlock ${egg} --yes`);
      await run("deploy --yes");
      expect(await strays()).toEqual([]);
    });

    test("and at the end", async () => {
      await run("destroy --yes --now");
      expect(await strays()).toEqual([]);
    });
  });
}

describeWithMoto("Canaries for secrets in AWS Secrets Manager, with the state in a bucket,", () => holdsFor("on AWS", canariesInBucket));
holdsFor("Canaries for secrets in Lockbox, with the state in GitLab, on Yandex Cloud", canariesInProject);

describeWithOneEngine("Canaries for secrets on two clouds, with clear states in the Nest's folder,", (engine) => {
  let world: CanaryClouds;
  const watched = watch(() => world);
  const { run, strays, setTimeoutTo, said } = watched;
  beforeAll(async () => (world = await canariesOnBothClouds(engine)));
  afterAll(() => world.dispose());

  test("are found neither in a state, in a plan nor in a cloud", async () => {
    await deployAndChange(watched, world);
    expect(await strays()).toEqual([]);
  });

  test("when a cloud fails in the middle, and repeats who asked", async () => {
    const { cloud, around, env } = world.nest;
    const { tokens } = around.yandex;
    let before = tokens.size;
    const message = {
      /** The engine's provider has the first token for which a command has exchanged its own. */
      get message() {
        return `${env["AWS_SECRET_ACCESS_KEY"]} ${env["AWS_SESSION_TOKEN"]} ${[...tokens][before]} may not`;
      },
    };
    setTimeoutTo("14m");
    const types = ["aws_instance", "aws_ecs_task_definition", "yandex_compute_instance", "yandex_serverless_container"];
    const injected = types.flatMap((type) => (["create", "update"] as const).map((operation) => cloud.world.inject(Object.assign(Object.create(message) as typeof message, { operation, type, kind: "fail" as const, times: 9 }))));
    for (const command of ["deploy --yes --allow-destroy", "deploy --yes --allow-destroy --json"]) {
      before = tokens.size;
      await run(command, { code: 1, when: "a cloud fails" });
    }
    for (const fault of injected) fault.release();
    expect(said().split("***MASKED*** ***MASKED*** ***MASKED*** may not").length).toBeGreaterThan(types.length);
    for (const command of ["status --json", "history --json", "state list"]) await run(command);
    expect(await strays()).toEqual([]);
  });

  test("when the APIs of machines fail, and repeat who asked, where long messages are cut", async () => {
    const { around, cloud, env, edit } = world.nest;
    const { calls, faults } = around.yandex;
    const repeats = {
      code: Code.INTERNAL,
      get details() {
        return `${"-".repeat(270)} ${calls.at(-1)?.token} ${calls.at(-1)?.token}`;
      },
    };
    // A machine that is to be off is stopped by the API; what a failed apply has made is looked for there.
    edit("Eggs/app/config.fly", (text) => text.replace(/apex \{/, "nadir {\n      min_count = 1\n      max_count = 1\n    }\n    apex {"));
    setTimeoutTo("15m");
    cloud.world.inject({ operation: "create", type: "aws_instance", kind: "fail", message: "the cloud has failed" });
    faults.set("InstanceService/Stop", Array.from({ length: 9 }, () => repeats));
    await run("deploy --yes --allow-destroy", { code: 1, when: "a machine can't be stopped" });
    expect(said()).toMatch(/InstanceService\/Stop: INTERNAL\): -+ \*\*\*/);
    around.ec2.faults.push(...Array.from({ length: 9 }, () => ({ status: 400, body: `<Response><Errors><Error><Code>InvalidParameterValue</Code><Message>${env["AWS_SESSION_TOKEN"]} may not</Message></Error></Errors></Response>`, headers: { "content-type": "text/xml" } })));
    await run("deploy --yes --json", { code: 1, when: "machines can't be asked for" });
    expect(said()).toContain("***MASKED*** may not (InvalidParameterValue)");
    faults.clear();
    around.ec2.faults.length = 0;
    await run("deploy --yes --allow-destroy");
    expect(await strays()).toEqual([]);
  });

  test("and at the end", async () => {
    await run("destroy --yes --now");
    expect(await strays()).toEqual([]);
  });
});
