import { parseSecretReference, type SecretBackend } from "../vocabulary/secret";
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

/** The path of an authorised key, or the key itself. */
const KEY_FILE = "YC_SERVICE_ACCOUNT_KEY_FILE";

/**
 * Where a store is, and the files that it knows us by. Keys and tokens of the one who deploys are not among them:
 * jobs of the shell executor could read them.
 */
const STORES: Readonly<Partial<Record<SecretBackend, readonly string[]>>> = {
  "aws-sm": ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER"],
  "yc-lockbox": ["YC_FOLDER_ID", "YC_ENDPOINT", "YC_METADATA_ADDR", KEY_FILE],
  vault: ["VAULT_ADDR", "VAULT_SERVER_URL", "VAULT_NAMESPACE", "VAULT_CACERT"],
};

/** The environment of the runner's own process: its settings and what reading its secrets takes, too. */
export function runnerEnvironment(env: Environment, runner: RunnerFile): Record<string, string> {
  const references = [...runner.repositories.map(({ runnerToken }) => runnerToken), ...Object.values(runner.secrets)];
  const names = references.flatMap((text) => {
    const reference = parseSecretReference(text);
    if (!reference.ok) return [];
    const { backend, name } = reference.value;
    return backend === "env" ? [name] : (STORES[backend] ?? []);
  });
  const own = ["GOSLING_AGENT", "GOSLING_UMASK", "GOSLING_HEARTBEAT_MS", ...names].flatMap((name): [string, string][] => {
    const value = env[name];
    return value === undefined || (name === KEY_FILE && value.trimStart().startsWith("{")) ? [] : [[name, value]];
  });
  return { ...programEnvironment(env), ...Object.fromEntries(own) };
}
