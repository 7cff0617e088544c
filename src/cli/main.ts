import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import type { Context } from "./context";

/** `gosling --version` answers before anything else is loaded: completion and CI ask for it often. */
const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  process.stdout.write(`${version()}\n`);
} else {
  // Node 20 optimizes code that a command of a second never pays back: a quarter of the CPU of validating 1,000 Eggs.
  // Later releases wait by themselves.
  if (process.versions.node.startsWith("20.")) setFlagsFromString("--interrupt-budget=600000");
  // Whoever reads our output may have read enough (gosling list | head): that ends no work that is under way.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
  // The SDK of AWS tells users of Node 20 to get another one; which Node Gosling needs, doctor says.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const context: Context = {
    cwd: process.cwd(),
    env: process.env,
    // Opened when a command reads from it: that loads a good part of Node's streams.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    now: Date.now,
  };
  // Loaded here so that --version stays as quick as an empty program.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { run } = require("./program") as typeof import("./program");
  void run(args, context, version()).then((code) => {
    process.exitCode = code;
  });
}

function version(): string {
  return (JSON.parse(readFileSync(join(__dirname, "../../../package.json"), "utf8")) as { version: string }).version;
}
