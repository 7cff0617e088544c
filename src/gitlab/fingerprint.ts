import { createHmac } from "node:crypto";

/**
 * Twelve hex digits that tell whether a secret is the one that GitLab was given, where GitLab never shows it again. They
 * stand in a runner's maintenance note and a webhook's description, which those see who may change them. From a secret
 * of 20 random bytes nothing follows back; whoever chooses a short one gives a reader the chance to guess it.
 */
export function fingerprint(secret: string, name: string): string {
  return createHmac("sha256", secret).update(`gosling fingerprint\n${name}`).digest("hex").slice(0, 12);
}
