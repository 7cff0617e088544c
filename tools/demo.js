// `npm run demo`: takes examples/nest-local through the whole loop with the command line that users have.
const { spawnSync } = require("node:child_process");
const { join } = require("node:path");

const root = join(__dirname, "..");
const gosling = join(root, "bin", "gosling");
const nest = join("examples", "nest-local");
const shown = "npx gosling";

/** Runs one command as a user would type it, and ends with its exit code when it fails. */
function run(...args) {
  process.stdout.write(`\n$ ${shown} ${args.join(" ")}\n`);
  const { status, signal, error } = spawnSync(process.execPath, [gosling, ...args], { cwd: root, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? (signal === "SIGINT" ? 130 : 1));
}

function hasEngine() {
  return spawnSync(process.execPath, [gosling, "engine", "list", "--json"], { cwd: root }).status === 0;
}

if (!hasEngine()) run("engine", "install");
run("validate", "--nest", nest);
run("synth", "--nest", nest);
run("plan", "--nest", nest);
run("deploy", "--nest", nest, "--yes");
run("status", "--nest", nest);

process.stdout.write(`
The runners of ${nest} are up. They wait for tokens and an agent, which the demo does not need.

  Look again:   ${shown} status --nest ${nest}
  Change it:    edit ${join(nest, "Eggs")}, then ${shown} deploy --nest ${nest}
  Stop it all:  ${shown} destroy --nest ${nest} --yes
`);
