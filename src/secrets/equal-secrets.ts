import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * Whether two secrets are the same. The time that it takes tells nothing of where they differ, and nothing of the
 * expected one's length: what is compared are digests under a key that nobody knows.
 */
export function equalSecrets(a: string, b: string): boolean {
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac("sha256", key).update(text, "utf8").digest();
  return timingSafeEqual(digest(a), digest(b));
}
