import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { GoslingError } from "../vocabulary/error";
import { EXIT, type Context, type GlobalFlags } from "./context";
import type { Cli } from "./program";

interface RunnerFlags extends GlobalFlags {
  readonly egg: string;
  readonly id: string;
  readonly now?: boolean;
  readonly agent?: string;
  readonly log?: boolean;
}

/**
 * `gosling runner …`. The engine calls it once per runner in each apply, so each action loads only its own
 * file of src/runner.
 */
export function configure(command: Command, cli: Cli): void {
  const { context } = cli;
  command.helpCommand(false);
  const say = (flags: RunnerFlags, line: string): void => {
    if (!flags.quiet) context.stdout.write(`${line}\n`);
  };
  const subcommand = (name: string, summary: string, work: (flags: RunnerFlags, nestRoot: string) => Promise<void>, options: { readonly isDefault?: boolean } = {}): Command => {
    const child = command.command(name, options).summary(summary).description(summary).configureHelp({ showGlobalOptions: true });
    return child
      .requiredOption("--egg <name>", "Egg, bucket or Job that the runner belongs to")
      .requiredOption("--id <id>", "id of the runner")
      .action(
        cli.action(async () => {
          const flags = cli.flags(child) as RunnerFlags;
          await work(flags, nestFolder(flags, context));
          return EXIT.done;
        }),
      );
  };

  subcommand(
    "run",
    "Be the runner: look after its agent until asked to end (SIGTERM drains, SIGINT stops now, SIGHUP reloads)",
    async (flags, nestRoot) => {
      const { runRunner } = await import("../runner/run.js");
      await runRunner({
        nestRoot,
        egg: flags.egg,
        id: flags.id,
        ...(flags.agent === undefined ? {} : { agent: flags.agent }),
        toLogFile: flags.log === true,
        output: { write: (bytes) => context.stdout.write(Buffer.from(bytes).toString("utf8")) },
        env: context.env,
        ...(context.env["GOSLING_RUNNER_LAUNCH"] === undefined ? {} : { launch: context.env["GOSLING_RUNNER_LAUNCH"] }),
      });
    },
    { isDefault: true },
  )
    .option("--agent <path>", "the gitlab-runner program (default: GOSLING_AGENT, else gitlab-runner on the PATH)")
    .option("--log", "write to the runner's log file instead of standard output");

  subcommand("create", "Make the runner's folder from GOSLING_RUNNER_CONFIGURATION", async (flags, nestRoot) => {
    const { createRunner } = await import("../runner/create.js");
    const done = await createRunner(nestRoot, flags.egg, flags.id, context.env["GOSLING_RUNNER_CONFIGURATION"]);
    say(flags, `runner ${flags.id} of ${flags.egg}: ${done}`);
  });

  subcommand("start", "Start the runner's process, unless it runs", async (flags, nestRoot) => {
    const { startRunner } = await import("../runner/launch.js");
    const done = await startRunner({ nestRoot, egg: flags.egg, id: flags.id, gosling: [process.execPath, goslingProgram()], env: context.env });
    say(flags, `runner ${flags.id} of ${flags.egg}: ${done}`);
  });

  subcommand("stop", "End the runner after its current job, and wait for that", async (flags, nestRoot) => {
    const { stopRunner } = await import("../runner/stop.js");
    const done = await stopRunner({ nestRoot, egg: flags.egg, id: flags.id, now: flags.now === true, progress: (line) => say(flags, line) });
    say(flags, `runner ${flags.id} of ${flags.egg}: ${done}`);
  }).option("--now", "abort its job");

  subcommand("remove", "Remove the folder of a runner that has ended", async (flags, nestRoot) => {
    const { removeRunner } = await import("../runner/remove.js");
    await removeRunner(nestRoot, flags.egg, flags.id);
    say(flags, `runner ${flags.id} of ${flags.egg}: removed`);
  });
}

/** `--nest`, else `GOSLING_NEST`, else the nearest folder upwards with `nest.fly`; the Nest itself isn't read. */
function nestFolder(flags: GlobalFlags, context: Context): string {
  const named = flags.nest ?? context.env["GOSLING_NEST"];
  if (named !== undefined && named !== "") return resolve(context.cwd, named);
  for (let folder = context.cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "nest.fly"))) return folder;
    if (dirname(folder) === folder) throw new GoslingError("NEST_MISSING", "there is no Nest here or in a folder above", { hint: "Name it with --nest or GOSLING_NEST.", exitCode: EXIT.usage });
  }
}

/** bin/gosling of this installation. */
function goslingProgram(): string {
  // From lib/src/cli, where the compiled file is.
  return join(__dirname, "..", "..", "..", "bin", "gosling");
}
