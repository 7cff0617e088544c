import { parseSecretReference } from "../vocabulary/secret";
import type { RunnerFile } from "./runner-file";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What a runner takes over from the environment that it is started in. Jobs of the shell executor see
 * the agent's environment, and the one who deploys has credentials in theirs (of the clouds, of the
 * engine's state), so only what a program needs to run on this machine is let through.
 */
const PASSED =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM|TMPDIR|XDG_(RUNTIME_DIR|CONFIG_HOME|CACHE_HOME|DATA_HOME)|DOCKER_(HOST|CONFIG|CONTEXT|CERT_PATH|TLS_VERIFY)|SSL_CERT_(FILE|DIR)|(HTTP|HTTPS|ALL|NO)_PROXY|(http|https|all|no)_proxy)$/;

/** The environment of programs that a runner starts: the agent, and the startup script. */
export function programEnvironment(env: Environment): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value !== undefined && PASSED.test(name) ? [[name, value]] : [])));
}

/** The environment of the runner's own process: its settings and the variables that its secrets stand in, too. */
export function runnerEnvironment(env: Environment, runner: RunnerFile): Record<string, string> {
  const references = [...runner.repositories.map(({ runnerToken }) => runnerToken), ...Object.values(runner.secrets)];
  const names = references.flatMap((text) => {
    const reference = parseSecretReference(text);
    return reference.ok && reference.value.backend === "env" ? [reference.value.name] : [];
  });
  const own = ["GOSLING_AGENT", "GOSLING_UMASK", "GOSLING_HEARTBEAT_MS", ...names].flatMap((name): [string, string][] => {
    const value = env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...programEnvironment(env), ...Object.fromEntries(own) };
}
