import { readRunners } from "../../src/runner/records";
import { describeWithOneEngine } from "../support/engines";
import { localSite } from "../support/deployed";
import { eggFile, localNest, type LocalNest } from "../support/local-nest";
import { processesAt } from "../support/processes-at";

/** Each takes seconds: 6, more where `FC_RUNS` asks for them; other moments with another `KILL_SEED`. */
const KILLS = Number(process.env["FC_RUNS"] ?? 6);
const SEED = Number(process.env["KILL_SEED"] ?? 1);

describeWithOneEngine("kill -9 of gosling deploy at any moment", (engine) => {
  let nest: LocalNest;
  beforeAll(async () => (nest = await localNest(engine, { "secrets/token": "glrt-token\n" })));
  afterAll(() => nest.dispose());

  test(`${KILLS} times: the next one ends in the wanted state, nothing is left over, no record is torn`, async () => {
    const random = pseudoRandom(SEED);
    let wanted = 0;
    // How long a deployment takes that nobody kills: the moments are spread over all of it.
    let usual = 3000;
    const timeline: string[] = [];
    for (let round = 0; round < KILLS; round++) {
      wanted = 1 + Math.floor(random() * 3);
      nest.write({
        "Eggs/app/config.fly": eggFile("app", { apex: [wanted, 3], nadir: [round % 2, 1], runner: `timeout = "${10 + round}m"` }),
        "Eggs/api/config.fly": eggFile("api", { apex: [round % 3, 2] }),
      });
      const child = nest.spawnCli(["deploy", "--yes"]);
      const ended = new Promise((resolve) => child.once("close", resolve));
      const moment = Math.floor(random() * usual);
      const timer = setTimeout(() => child.kill("SIGKILL"), moment);
      await ended;
      clearTimeout(timer);
      const began = Date.now();
      const next = await nest.cli("deploy", "--yes", "--wait");
      if (child.signalCode === null) usual = Math.max(500, Math.floor(usual * 0.9));
      timeline.push(`${moment} ms ${child.signalCode ?? "ended"} → ${next.code} after ${Date.now() - began} ms`);
      if (next.code !== 0) throw new Error(`${timeline.join("\n")}\n${next.stdout}\n${next.stderr}`);
      const { app, api } = Object.fromEntries((await nest.status()).map((status) => [status.unit, status]));
      expect([app?.deployment, api?.deployment]).toEqual(["deployed", "deployed"]);
      const on = (runners: readonly { readonly state: string }[] = []) => runners.filter(({ state }) => state !== "asleep").length;
      expect([on(app?.runners), on(api?.runners)]).toEqual([wanted, round % 3]);
      expect((await nest.deploy()).stdout).toContain("Nothing has changed");
      await expectNothingLeft();
    }
    if (process.env["FC_RUNS"] !== undefined) process.stderr.write(`${timeline.join("\n")}\n`);
  }, 60 * 60_000);

  /** Records and folders tell of the same runners, each has one process, and no engine is at work. */
  async function expectNothingLeft(): Promise<void> {
    const site = localSite(nest.root, { readOnly: true });
    try {
      const records = await site.store.current();
      const recorded = [...records.values()].flatMap(({ unit, applied, pending }) => {
        expect(pending).toBeUndefined();
        return Object.entries(applied?.runners ?? {}).map(([id, { power }]) => [`${unit}/${id}`, power]);
      });
      // Every configuration that a record names can be read: none is torn.
      for (const { record } of await site.store.history({})) for (const { configurationHash } of record.stacks) JSON.parse((await site.store.configuration(configurationHash)) ?? "nothing");
      const runners = await readRunners(nest.root);
      expect(runners.map(({ egg, id, process: state }) => [`${egg}/${id}`, state === "alive" ? "on" : "off"]).sort()).toEqual(recorded.sort());
      const processes = processesAt(nest.root).filter(({ args }) => !/agent/.test(args));
      const alive = runners.filter(({ process: state }) => state === "alive").map(({ pid }) => pid);
      expect(processes.filter(({ pid }) => !alive.includes(pid))).toEqual([]);
    } finally {
      await site.store.close();
    }
  }
});

/** The same moments for the same seed. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}
