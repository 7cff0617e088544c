/** Why a state can't be read or written: its encryption, or the place where it is kept. */
export type StateProblemCode =
  | "ENGINE_STATE_ENCRYPTED"
  | "ENGINE_STATE_KEY"
  | "ENGINE_STATE_CLEAR"
  | "ENGINE_STATE_KEY_UNREACHABLE"
  | "ENGINE_STATE_BUCKET_MISSING"
  | "ENGINE_STATE_DENIED"
  | "ENGINE_STATE_UNREACHABLE"
  | "ENGINE_STATE_UNTRUSTED";

export interface StateProblem {
  readonly code: StateProblemCode;
  readonly message: string;
  readonly hint: string;
}

/**
 * @param said All that the engine said.
 * @param state The state, for people: which stack's, and where it is.
 * @param keys References and ARNs of the keys that the engine was given.
 */
export function stateProblem(said: string, state: string, keys: readonly string[]): StateProblem | undefined {
  return encryptionProblem(said, state, keys) ?? placeProblem(said, state);
}

function encryptionProblem(said: string, state: string, keys: readonly string[]): StateProblem | undefined {
  const tried = keys.join(" and ");
  if (/encrypted and can ?not be read without an encryption configuration/i.test(said)) {
    return {
      code: "ENGINE_STATE_ENCRYPTED",
      message: `${state} is encrypted, and no key is given.`,
      hint: 'Name its key in nest.state.encryption: key = "REF". To go back to clear states, write enabled = false beside the key for one deploy.',
    };
  }
  if (/decryption failed for all provided methods/i.test(said)) {
    return {
      code: "ENGINE_STATE_KEY",
      message: `${state} was encrypted with another key than the one behind ${tried}, or somebody has changed it.`,
      hint: "Where the key was replaced, name the one before in nest.state.encryption: previous_key = \"REF\", such as the same reference with #AWSPREVIOUS or an older version. Else put the right key behind the reference.",
    };
  }
  if (/unencrypted payload without unencrypted method/i.test(said)) {
    return {
      code: "ENGINE_STATE_CLEAR",
      message: `${state} is in clear, and everything that ${tried} protects was encrypted before: somebody has put it there.`,
      hint: "Look at who wrote it and put the last encrypted version back.",
    };
  }
  if (/Unable to (fetch|build) encryption key data/i.test(said)) {
    return { code: "ENGINE_STATE_KEY_UNREACHABLE", message: `The key of ${lower(state)}, ${tried}, can't be used: ${reason(said)}`, hint: "Check that the key is there and that these credentials may use it (kms:GenerateDataKey, kms:Decrypt)." };
  }
  return undefined;
}

/** How engines begin when they speak of the state and not of a resource. */
const OF_STATE = /Failed to get existing workspaces|acquiring the state lock|releasing the state lock|(load|refresh|read|list|lock|unlock)\w* state|HTTP remote state|(backends?\/s3)/i;

function placeProblem(said: string, state: string): StateProblem | undefined {
  if (!OF_STATE.test(said)) return undefined;
  if (/NoSuchBucket|S3 bucket( "[^"]*")? does not exist/i.test(said)) {
    return { code: "ENGINE_STATE_BUCKET_MISSING", message: `${state} has no place: the bucket does not exist.`, hint: "Make the bucket, with versions and without public access, or mend bucket, region and endpoint in nest.state." };
  }
  if (/No valid credential sources|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidClientTokenId|AccessDenied|Forbidden|StatusCode: 40[13]|endpoint (requires|invalid) auth|unexpected HTTP response code:? 40[13]/i.test(said)) {
    return { code: "ENGINE_STATE_DENIED", message: `${state} can't be reached with these credentials.`, hint: "For s3: credentials that may list the bucket, and read, write and delete objects in it. For gitlab: TF_HTTP_USERNAME and TF_HTTP_PASSWORD with a token of scope api and role Maintainer, or a job's token." };
  }
  if (/\bx509: |certificate is not trusted/i.test(said)) {
    return { code: "ENGINE_STATE_UNTRUSTED", message: `${state} can't be reached: the certificate of its server is not trusted.`, hint: "If a company signs it, set GOSLING_CA_FILE to that company's certificates in PEM form; on macOS, add them to the keychain." };
  }
  if (/connection refused|no such host|i\/o timeout|request send failed|TLS handshake|giving up after \d+ attempt/i.test(said)) {
    return { code: "ENGINE_STATE_UNREACHABLE", message: `${state} can't be reached: its server gives no answer.`, hint: "Check the network, and endpoint or repository.server in the Nest; then run the same command again." };
  }
  return undefined;
}

function reason(said: string): string {
  const text = /failed with error: (.*)$/m.exec(said)?.[1] ?? said.split("\n").find((line) => line.trim() !== "") ?? "";
  return /[.!]$/.test(text) ? text : `${text}.`;
}

function lower(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
