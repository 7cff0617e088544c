import { openSecrets, readReference, type Secrets, type SecretsOptions } from "../secrets";
import { parseSecretReference } from "../vocabulary/secret";
import { proxyEnvironment } from "./job-environment";
import type { RunnerFile } from "./runner-file";

/** Where a runner's secrets come from: every store that a reference can name. */
export type SecretSource = Pick<Secrets, "read" | "forget" | "close">;

/** What signs in to Vault. Of an Egg's `secrets` these are the runner's too. */
const VAULT_SIGN_IN = ["VAULT_TOKEN", "VAULT_ROLE_ID", "VAULT_SECRET_ID", "VAULT_ID_TOKEN"];

/**
 * Opens the stores of a runner; none is asked, and no SDK loaded, before one of its references is read. AWS and
 * Yandex Cloud know the runner by its machine's role or service account; region and folder stand in the environment.
 * Where Vault is, and what signs in to it, the Egg says as it says it to its jobs: `VAULT_…` of `environment` and
 * `secrets`; else the environment says it.
 */
export function openRunnerSecrets(runner: RunnerFile, options: SecretsOptions): SecretSource {
  const env = { ...proxyEnvironment(runner.proxy), ...options.env };
  const ofMachine = openSecrets({ ...options, env });
  const settings = Object.fromEntries(Object.entries(runner.environment).filter(([name]) => name.startsWith("VAULT_")));
  let vault: { readonly signIn: string; readonly secrets: Secrets } | undefined;
  let opening: Promise<unknown> = Promise.resolve();

  /** Vault as whoever the Egg says now: another secret id is another session. */
  const openVault = async (): Promise<Secrets> => {
    const signIn: Record<string, string> = {};
    for (const name of VAULT_SIGN_IN) {
      const reference = runner.secrets[name];
      // Vault can't say how to sign in to it.
      if (reference !== undefined && !isOfVault(reference)) signIn[name] = await ofMachine.read(reference);
    }
    const key = JSON.stringify(signIn);
    if (vault?.signIn !== key) {
      const former = vault;
      vault = { signIn: key, secrets: openSecrets({ ...options, env: { ...env, ...settings, ...signIn } }) };
      await former?.secrets.close();
    }
    return vault.secrets;
  };

  return {
    async read(text, place) {
      if (readReference(text).backend !== "vault") return ofMachine.read(text, place);
      const opened = opening.then(openVault);
      opening = opened.catch(() => undefined);
      return (await opened).read(text, place);
    },
    forget() {
      ofMachine.forget();
      vault?.secrets.forget();
    },
    async close() {
      await Promise.all([ofMachine.close(), vault?.secrets.close()]);
    },
  };
}

function isOfVault(text: string): boolean {
  const reference = parseSecretReference(text);
  return reference.ok && reference.value.backend === "vault";
}
