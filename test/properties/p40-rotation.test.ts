import fc from "fast-check";
import { connectNest } from "../../src/deploy/connect";
import { lookAtRotation, type RotatedSecret } from "../../src/deploy/rotate";
import { type Nest, readNest } from "../../src/nest";
import { SECRET_REFRESH_SECONDS } from "../../src/vocabulary/runner-configuration";
import { folderWith } from "../support/folder";
import { memorySecrets } from "../support/gitlab/memory-secrets";
import { type Fault, type GitlabServer, gitlabServer } from "../support/gitlab-server";
import { eggText, nestFiles } from "../support/nest-files";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);
const HOST = "gitlab.example.org";
const RUNNER = `file://gitlab/${HOST}/web/runner-token`;
const WEBHOOK = `file://gitlab/${HOST}/web/webhook-secret`;
const MINUTE = 60_000;

let server: GitlabServer;
let nest: Nest;

beforeAll(async () => {
  server = await gitlabServer();
  server.addToken("glpat-of-the-tests", ["api"]);
  server.addProject(1, "acme/web");
  const files = nestFiles({ web: eggText("web", { gitlab: `server = "${HOST}"\n    project_id = 1` }) }, { "MG/config.fly": 'mothergoose {\n  cloud {\n    provider = "local"\n  }\n  api {\n    domain = "goose.example.org"\n  }\n}\n' });
  nest = (await readNest(folderWith(files))).nest as Nest;
});

afterAll(() => server.close());

/** GitLab, the store, and machines that read their token every five minutes and ask for a job every minute. */
class World {
  private clock = Date.UTC(2026, 10, 27);
  private readonly machines: { readonly id: string; token: string; readAt: number; busy: boolean }[] = [];
  private readonly secrets = memorySecrets({ [`file://gitlab/${HOST}/web/api-token`]: "glpat-of-the-tests" });
  private formerWebhookSecret: string | undefined;
  /** Which write to the store fails from now on, and whether the value is there nevertheless. */
  private storeFault: { left: number; readonly done: boolean } | undefined;

  constructor() {
    for (const map of [server.world.runners, server.world.hooks]) map.clear();
    server.heal();
    server.world.now = () => this.clock;
  }

  private readonly options = {
    env: { GOSLING_GITLAB_ADDRESSES: `${HOST}=${server.url}` },
    resolve: this.secrets.resolve,
    secrets: {
      write: async (reference: string, value: string) => {
        const fails = this.storeFault !== undefined && this.storeFault.left-- === 0;
        if (fails && !this.storeFault?.done) throw new Error("the store is away");
        if (reference === WEBHOOK) this.formerWebhookSecret = this.secrets.values.get(WEBHOOK);
        await this.secrets.writer.write(reference, value);
        this.check();
        if (fails) throw new Error("the store is away");
      },
    },
    now: () => this.clock,
    random: () => 0,
    pause: async (milliseconds: number) => void (this.clock += milliseconds),
  };

  async connect(): Promise<void> {
    expect((await connectNest(nest, this.options)).units.flatMap(({ errors }) => errors)).toEqual([]);
  }

  async rotate(finishOnly = false): Promise<readonly RotatedSecret[]> {
    const rotation = await lookAtRotation(nest, { ...this.options, finishOnly });
    try {
      return await rotation.apply();
    } finally {
      await rotation.close();
      this.check();
    }
  }

  async disturbed({ write, fault, store }: Disturbance): Promise<void> {
    server.fail(/^(POST user|PUT|DELETE)/, fault, 6, write);
    this.storeFault = store;
    await this.rotate().catch(() => undefined);
    server.heal();
    this.storeFault = undefined;
  }

  start(busy: boolean): void {
    this.machines.push({ id: `s_${String(this.machines.length).padStart(12, "0")}`, token: this.current(), readAt: this.clock, busy });
  }

  idle(): void {
    for (const machine of this.machines) machine.busy = false;
  }

  pass(minutes: number): void {
    for (let minute = 0; minute < minutes; minute++) {
      this.clock += MINUTE;
      for (const machine of this.machines) {
        if (this.clock - machine.readAt >= SECRET_REFRESH_SECONDS * 1000) Object.assign(machine, { token: this.current(), readAt: this.clock });
        const managers = this.registrationOf(machine.token)?.managers;
        const seen = { status: "online", contacted_at: new Date(this.clock).toISOString(), job_execution_status: machine.busy ? "active" : "idle" } as const;
        const known = managers?.find((manager) => manager.system_id === machine.id);
        if (known) Object.assign(known, seen);
        else managers?.push({ system_id: machine.id, ...seen });
        // A job that began under the former registration is over by now.
        for (const { token, managers: others } of server.world.runners.values()) for (const other of others) if (token !== machine.token && other.system_id === machine.id) other.job_execution_status = "idle";
      }
      this.check();
    }
  }

  current(): string {
    return this.secrets.values.get(RUNNER) ?? "";
  }

  private registrationOf(token: string) {
    return [...server.world.runners.values()].find((runner) => runner.token === token);
  }

  /** What holds at every moment: GitLab takes every machine's token and the kept one, and MotherGoose knows what the webhook sends. */
  check(): void {
    for (const token of [this.current(), ...this.machines.map((machine) => machine.token)]) if (token !== "") expect(this.registrationOf(token)).toBeDefined();
    for (const { token } of server.world.hooks.values()) expect([this.secrets.values.get(WEBHOOK), this.formerWebhookSecret]).toContain(token);
  }

  /** What holds in the end. */
  checkEnd(): void {
    expect([...server.world.runners.values()].map(({ token }) => token)).toEqual([this.current()]);
    expect([...server.world.hooks.values()].map(({ token }) => token)).toEqual([this.secrets.values.get(WEBHOOK)]);
  }

  checkMachines(token: string): void {
    for (const machine of this.machines) expect(machine.token).toBe(token);
  }
}

interface Disturbance {
  readonly kind: "rotate";
  /** How many writes to GitLab go well first. */
  readonly write: number;
  readonly fault: Fault;
  readonly store: { left: number; readonly done: boolean } | undefined;
}

const fault = fc.constantFrom<Fault>({ kind: "status", status: 400 }, { kind: "drop" }, { kind: "done-and-drop" });
const disturbance = fc.record({ kind: fc.constant("rotate" as const), write: fc.integer({ min: 0, max: 5 }), fault, store: fc.option(fc.record({ left: fc.integer({ min: 0, max: 1 }), done: fc.boolean() }), { nil: undefined }) });
const action = fc.oneof(disturbance, fc.record({ kind: fc.constant("pass" as const), minutes: fc.integer({ min: 1, max: 9 }) }), fc.record({ kind: fc.constant("start" as const), busy: fc.boolean() }), fc.constant({ kind: "connect" as const }));

test("P40: however rotations are disturbed, every machine's token is good at every moment, and it has the new one within the interval", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 4 }), fc.array(action, { maxLength: 3 }), async (machines, actions) => {
      const world = new World();
      await world.connect();
      for (const busy of machines) world.start(busy);
      world.pass(1);
      for (const each of actions) {
        if (each.kind === "rotate") await world.disturbed({ ...each, store: each.store && { ...each.store } });
        else if (each.kind === "pass") world.pass(each.minutes);
        else if (each.kind === "start") world.start(each.busy);
        else await world.connect();
      }
      // What was left half-way is finished, and a rotation goes through.
      world.idle();
      for (let times = 0; times < 2; times++) {
        expect((await world.rotate()).flatMap(({ error }) => error ?? [])).toEqual([]);
        world.pass(7);
      }
      const before = world.current();
      expect((await world.rotate()).map(({ outcome }) => outcome)).toEqual(["rotated", "rotated"]);
      expect(world.current()).not.toBe(before);
      world.pass(SECRET_REFRESH_SECONDS / 60);
      world.checkMachines(world.current());
      world.pass(2);
      await world.rotate(true);
      world.checkEnd();
      expect((await world.rotate(true)).map(({ outcome }) => outcome)).toEqual(["unchanged", "unchanged"]);
    }),
    { numRuns },
  );
});
