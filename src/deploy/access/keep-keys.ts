import { generateSshKey, isSecretError, publicKeyOf, type SecretPlace, type Secrets } from "../../secrets";
import { type NestRole, urlBeside } from "../../vocabulary/conventions";
import { GoslingError } from "../../vocabulary/error";
import { secretOrNone } from "../connect/secret-writer";

/** A key that the Nest's repository is to be reached with. */
export interface WantedKey {
  readonly role: NestRole;
  /** Where the private key is kept; the repository's address stands beside it. */
  readonly reference: string;
  readonly place?: SecretPlace;
}

/** A key as the secret store has it. */
export interface KeptKey extends WantedKey {
  /** `ssh-ed25519 AAAA… gosling acme/read` */
  readonly publicKey: string;
  /** Whether it was made just now. */
  readonly made: boolean;
  /** What became of the address beside it; `unknown`: nobody says what it is; `nowhere`: nothing can stand beside that reference. */
  readonly url: "made" | "changed" | "there" | "unknown" | "nowhere";
}

export interface KeepOptions {
  readonly secrets: Pick<Secrets, "read" | "write" | "forget" | "expose">;
  /** Name of the Nest. */
  readonly nest: string;
  /** Address that Git reaches the repository at by SSH. */
  readonly url?: string;
  readonly randomBytes: (size: number) => Buffer;
}

export interface KeptKeys {
  /** Those that are there now, in the order that they were asked for. */
  readonly keys: readonly KeptKey[];
  /** What came in between; what follows it was not looked at. */
  readonly problem?: GoslingError;
}

/** What a deploy key is called at GitLab, and in its comment. */
export function deployKeyTitle(nest: string, role: NestRole): string {
  return `gosling ${nest}/${role}`;
}

/**
 * Makes the keys that are missing, each straight into the secret store, and keeps those that are there. A second time
 * there is nothing to do; what was interrupted goes on where it stopped.
 */
export async function keepKeys(wanted: readonly WantedKey[], options: KeepOptions): Promise<KeptKeys> {
  const keys: KeptKey[] = [];
  try {
    for (const one of wanted) {
      const key = await keepKey(one, options);
      const same = keys.find(({ publicKey }) => publicKey.split(" ")[1] === key.publicKey.split(" ")[1]);
      if (same) {
        throw new GoslingError("NEST_KEYS_SAME", `One key is behind ${same.reference} and behind ${one.reference}: who may only read could push with it`, {
          hint: "Name two references in nest.fly (read_key, write_key), or remove one of the two keys; gosling init makes another one.",
        });
      }
      keys.push({ ...key, url: await keepUrl(one, wanted, options) });
    }
    return { keys };
  } catch (problem) {
    if (problem instanceof GoslingError) return { keys, problem };
    throw problem;
  }
}

async function keepKey(wanted: WantedKey, { secrets, nest, randomBytes }: KeepOptions): Promise<Omit<KeptKey, "url">> {
  const { role, reference, place } = wanted;
  const comment = deployKeyTitle(nest, role);
  const read = (): Promise<string> => secrets.read(reference, place);
  const facts = (privateKey: string, made: boolean) => ({ ...wanted, publicKey: `${publicKeyOf(reference, privateKey)} ${comment}`, made });
  const there = await secretOrNone(read, reference);
  if (there !== undefined) return facts(there, false);
  const { privateKey } = generateSshKey(randomBytes, comment);
  try {
    await secrets.write(reference, privateKey, { ...place, replace: false, tagged: role === "read" });
  } catch (error) {
    // Somebody else was faster.
    if (!isSecretError(error) || error.code !== "SECRET_EXISTS") throw error;
  }
  // What is kept counts, also where two have written at the same moment.
  secrets.forget();
  const kept = await read();
  return facts(kept, kept === privateKey);
}

async function keepUrl({ role, reference, place }: WantedKey, wanted: readonly WantedKey[], { secrets, url }: KeepOptions): Promise<KeptKey["url"]> {
  const beside = urlBeside(reference);
  // The other key may be called like that.
  if (beside === undefined || wanted.some((other) => other.reference.split("#")[0] === beside)) return "nowhere";
  if (url === undefined) return "unknown";
  // It is for everybody to see, in nest.fly and in what is printed.
  secrets.expose(url);
  const there = await secretOrNone(() => secrets.read(beside, place), beside);
  if (there === url) return "there";
  await secrets.write(beside, url, { ...place, replace: true, tagged: role === "read" });
  return there === undefined ? "made" : "changed";
}
