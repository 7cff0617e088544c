import { certificateHint, isCertificateError, isPassingNetworkError, networkCode } from "../network/failure";
import { GoslingError } from "../vocabulary/error";
import { formatSecretReference, type SecretReference } from "../vocabulary/secret";
import { type Doing, saidByServer, StoreFailure } from "./failure";
import { TimedOut } from "./retry";
import { unversioned } from "./secret-entry";

/** What the SDK throws, as far as it is looked at. Nothing of it is kept: a broken answer may hold a value. */
interface AwsError {
  readonly name?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly statusCode?: number };
}

const THROTTLED = /^(ThrottlingException|Throttling|ThrottledException|RequestThrottled|RequestThrottledException|TooManyRequestsException|RequestLimitExceeded|SlowDown|LimitExceededException)$/;
const CREDENTIALS = /^(ExpiredToken|ExpiredTokenException|UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature|IncompleteSignatureException|MissingAuthenticationToken|MissingAuthenticationTokenException|InvalidAccessKeyId|CredentialsProviderError|TokenProviderError)$/;
const DENIED = /^(AccessDeniedException|AccessDenied|UnauthorizedOperation|NotAuthorized)$/;

/** Whether trying again may help: throttled, the server's own trouble, the network's. */
export function isPassingAwsError(error: unknown): boolean {
  const { name = "" } = error as AwsError;
  const status = statusOf(error as AwsError) ?? 0;
  return THROTTLED.test(name) || status >= 500 || status === 429 || isPassingNetworkError(error);
}

/** Whether the secret, or the version that was asked for, is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof GoslingError && error.code === "SECRET_MISSING";
}

interface Circumstances {
  readonly reference: SecretReference;
  readonly doing: Doing;
  /** Absent: the one of the profile. */
  readonly region: string | undefined;
  /** What signed us in; none of it is in the error. */
  readonly credentials: readonly (string | undefined)[];
}

/** An error of the SDK as a person can use it; what is none of the store's errors comes back as it is. */
export function explainAwsError(error: unknown, circumstances: Circumstances): unknown {
  if (error instanceof GoslingError) return error;
  const { reference, doing, region, credentials } = circumstances;
  const { name = "", message = "" } = error as AwsError;
  const status = statusOf(error as AwsError);
  const where = region === undefined ? "Secrets Manager" : `Secrets Manager in ${region}`;
  const said = saidByServer(message, credentials);
  const failure = (code: "SECRET_CREDENTIALS" | "SECRET_SETTINGS" | "SECRET_UNREACHABLE", why: string, hint: string): StoreFailure => new StoreFailure(code, reference, doing, why, hint);
  const named = formatSecretReference(reference);

  if (error instanceof TimedOut) return failure("SECRET_UNREACHABLE", `${where}: ${error.message}`, TRY_AGAIN);
  if (name === "ResourceNotFoundException") return missing(reference, region, doing);
  if (DENIED.test(name)) {
    return new GoslingError("SECRET_DENIED", `${named} can't be ${doing}: ${where} denies it: ${said}`, {
      hint: doing === "read" ? "Allow secretsmanager:GetSecretValue on it, and kms:Decrypt where it has a key of its own." : "Allow secretsmanager:GetSecretValue, PutSecretValue, CreateSecret and TagResource on it, and kms:GenerateDataKey where it has a key of its own.",
    });
  }
  if (CREDENTIALS.test(name)) return failure("SECRET_CREDENTIALS", `${where} does not take these credentials: ${said}`, "Sign in again, or set AWS_PROFILE or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; a pipeline gets them with id_tokens.");
  if (/^Region is missing/i.test(message)) return failure("SECRET_SETTINGS", "no region is known for it", "Set AWS_REGION, or name the secret by its ARN.");
  if (name === "InvalidRequestException" && /delet/i.test(message)) {
    return new GoslingError("SECRET_UNREADABLE", `${named} can't be ${doing}: the secret is marked for deletion in ${region ?? "its region"}`, { hint: `Take it back: aws secretsmanager restore-secret --secret-id ${reference.name}` });
  }
  if (THROTTLED.test(name) || status === 429) return failure("SECRET_UNREACHABLE", `${where} takes no more requests for now (${name})`, TRY_AGAIN);
  if (status !== undefined && status >= 500) return failure("SECRET_UNREACHABLE", `${where} fails (status ${status})`, TRY_AGAIN);
  // JSON's own message quotes the text, which may be the value.
  if (name === "SyntaxError") return failure("SECRET_UNREACHABLE", `what answers for ${where} is no Secrets Manager`, "Check AWS_ENDPOINT_URL, and proxies on the way.");
  if (isCertificateError(error)) return failure("SECRET_UNREACHABLE", `the certificate of ${where} is not trusted (${networkCode(error)})`, certificateHint("a company's proxy"));
  const code = networkCode(error);
  if (code !== undefined) return failure("SECRET_UNREACHABLE", `${where} can't be reached (${code})`, "Check the network, the region and AWS_ENDPOINT_URL.");
  if (status !== undefined) return new GoslingError("SECRET_UNREADABLE", `${named} can't be ${doing}: ${where} refuses it: ${said} (${name})`, { hint: "Check the secret's name, its version and its KMS key." });
  return error;
}

const TRY_AGAIN = "Try again later.";

function missing(reference: SecretReference, region: string | undefined, doing: Doing): GoslingError {
  const named = formatSecretReference(reference);
  const where = region === undefined ? "" : ` in ${region}`;
  if (reference.version !== undefined && doing === "read") {
    return new GoslingError("SECRET_MISSING", `there is nothing behind ${named}${where}: no secret ${reference.name} with a version ${reference.version}`, {
      hint: `Its versions and their stages: aws secretsmanager list-secret-version-ids --secret-id ${reference.name}`,
    });
  }
  if (reference.name.startsWith("arn:")) return new GoslingError("SECRET_MISSING", `there is nothing behind ${named}${where}`, { hint: "Check the ARN. A secret that Gosling is to make goes by its name." });
  return new GoslingError("SECRET_MISSING", `there is nothing behind ${named}${where}`, { hint: `Put it there: gosling secrets set ${unversioned(reference)}${region === undefined ? "" : ` --region ${region}`}` });
}

/** Whether a server has answered, and so was told who we are. */
export function isAnswer(error: unknown): boolean {
  return statusOf(error as AwsError) !== undefined;
}

function statusOf(error: AwsError): number | undefined {
  return error.$metadata?.httpStatusCode ?? error.$response?.statusCode;
}
