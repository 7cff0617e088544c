/** One way to encrypt and decrypt, as the engine is told of it. */
export type Method =
  /** The key comes from a script that reads it from a variable of the engine's environment. */
  | { readonly kind: "external"; readonly id: string; readonly variable: string }
  /** Slow (0.2 s for each key that is derived), and all that OpenTofu 1.8 and 1.9 have for a key of ours. */
  | { readonly kind: "pbkdf2"; readonly id: string; readonly passphrase: string }
  | { readonly kind: "aws_kms"; readonly id: string; readonly arn: string; readonly region: string }
  | { readonly kind: "unencrypted" };

export interface Target {
  /** The first writes; all of them read, in this order. */
  readonly methods: readonly [Method, ...Method[]];
  /** Nothing is read or written in clear. The engine refuses it together with `unencrypted`. */
  readonly enforced: boolean;
}

/** The fewest rounds that the engine takes: the passphrase is a key of 256 random bits, no word that could be guessed. */
const ROUNDS = 200_000;

/**
 * Content of `TF_ENCRYPTION`.
 *
 * A key provider's name holds the key's id. The engine keeps that name in what it encrypts, so that a file tells
 * in clear which key it needs (`keysOf`), and one key's metadata is never given to another.
 */
export function encryptionBody(targets: { readonly state: Target; readonly plan?: Target }): string {
  const all = [targets.state, targets.plan].flatMap((target) => target?.methods ?? []);
  const methods = new Map(all.map((method) => [methodName(method), method]));
  return [...[...methods.values()].map(methodBlocks), targetBlock("state", targets.state), ...(targets.plan ? [targetBlock("plan", targets.plan)] : [])].join("\n");
}

/**
 * Answers the engine by the protocol of external key providers: a line that says who it is, then the key, and the
 * key for decryption where metadata came in. Only what every `sh` has built in: it starts two to four times for
 * each command of the engine. It is passed as an argument and so needs no file: nothing to install, to find or to
 * protect. The key is in the environment alone, which no other user sees.
 */
export function keyScript(variable: string): string {
  return [
    `printf '%s\\n' '{"magic":"OpenTofu-External-Key-Provider","version":1}'`,
    // What comes in is one line without an end.
    "IFS= read -r meta || :",
    "case $meta in",
    "null | '') decryption= ;;",
    `*) decryption=",\\"decryption_key\\":\\"$${variable}\\"" ;;`,
    "esac",
    `printf '{"keys":{"encryption_key":"%s"%s},"meta":{"external_data":{}}}\\n' "$${variable}" "$decryption"`,
  ].join("\n");
}

function methodName(method: Method): string {
  return method.kind === "unencrypted" ? "method.unencrypted.clear" : `method.aes_gcm.${method.kind}_${method.id}`;
}

function methodBlocks(method: Method): string {
  if (method.kind === "unencrypted") return block('method "unencrypted" "clear"', []);
  const { kind, id } = method;
  return [block(`key_provider "${kind}" "${id}"`, keyAttributes(method)), block(`method "aes_gcm" "${kind}_${id}"`, [`keys = key_provider.${kind}.${id}`])].join("\n");
}

function keyAttributes(method: Exclude<Method, { readonly kind: "unencrypted" }>): readonly string[] {
  switch (method.kind) {
    case "external":
      return [`command = [${["/bin/sh", "-c", keyScript(method.variable)].map(quoted).join(", ")}]`];
    case "pbkdf2":
      return [`passphrase = ${quoted(method.passphrase)}`, `iterations = ${ROUNDS}`, "key_length = 32"];
    case "aws_kms":
      return [`kms_key_id = ${quoted(method.arn)}`, `region = ${quoted(method.region)}`, 'key_spec = "AES_256"'];
  }
}

function targetBlock(name: string, { methods: [first, ...others], enforced }: Target): string {
  const fallback = others.reduceRight<readonly string[]>((inner, method) => [block("fallback", [`method = ${methodName(method)}`, ...inner])], []);
  return block(name, [`method = ${methodName(first)}`, ...(enforced ? ["enforced = true"] : []), ...fallback]);
}

function block(header: string, lines: readonly string[]): string {
  return [`${header} {`, ...lines, "}"].join("\n");
}

/** A string of HCL: JSON's escapes, and no templates. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/([$%])\{/g, "$1$1{");
}
