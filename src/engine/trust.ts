import { trustedCertificates } from "../network/dispatcher";
import { cachedFile } from "./cached-file";
import type { Environment } from "./environment";

/**
 * Makes the engine and its providers trust the certificates of `GOSLING_CA_FILE`, as Gosling itself does: they take all
 * that they trust from the one file of `SSL_CERT_FILE`. What that names already stays in it. On macOS they ask the keychain
 * alone.
 *
 * @throws GoslingError `CERTIFICATES_UNREADABLE`, `CACHE_NOT_WRITABLE`
 */
export async function trustEnvironment(env: Environment): Promise<Environment> {
  if (!env["GOSLING_CA_FILE"]) return {};
  const certificates = await trustedCertificates(env);
  return certificates ? { SSL_CERT_FILE: await cachedFile("certificates", "pem", `${certificates.join("\n")}\n`, env) } : {};
}
