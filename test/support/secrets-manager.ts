import { type Fault, loopbackServer, type LoopbackServer } from "./loopback-server";

// Which Node is too old for the SDK's future is no finding of a test.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

/** Version id → content and stages. */
export type SecretVersions = Map<string, { text?: string; binary?: string; stages: string[] }>;

/** AWS Secrets Manager's JSON 1.1 protocol, as far as Gosling speaks it. */
export interface SecretsManager extends LoopbackServer {
  readonly secrets: Map<string, { versions: SecretVersions; tags: readonly { Key: string; Value: string }[] }>;
  /** A secret of one current version. */
  put(name: string, text: string, id?: string): void;
}

export const awsError = (type: string, message: string, status = 400): Fault => ({ status, body: JSON.stringify({ __type: type, message }), headers: { "content-type": "application/x-amz-json-1.1" } });

/** What the SDK needs to find it. */
export const awsEnvironment = (server: Pick<LoopbackServer, "url">): Record<string, string> => ({ AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url, AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "aws-key-canary-0001", AWS_REGION: "eu-central-1" });

interface Input {
  readonly SecretId?: string;
  readonly Name?: string;
  readonly SecretString?: string;
  readonly VersionId?: string;
  readonly VersionStage?: string;
  readonly ClientRequestToken?: string;
  readonly Tags?: readonly { Key: string; Value: string }[];
}

export async function secretsManager(): Promise<SecretsManager> {
  const secrets: SecretsManager["secrets"] = new Map();
  const server = await loopbackServer(({ headers, body }) => {
    const input = JSON.parse(body) as Input;
    const action = String(headers["x-amz-target"]).split(".")[1] ?? "";
    const answer = ACTIONS[action]?.(input, secrets) ?? awsError("UnknownOperationException", action);
    return answer as Exclude<Fault, string>;
  });
  return { ...server, secrets, put: (name, text, id = "11111111-1111-1111-1111-111111111111") => addVersion(secrets, name, id, text) };
}

const ok = (body: unknown): Fault => ({ status: 200, body: JSON.stringify(body), headers: { "content-type": "application/x-amz-json-1.1" } });

const ACTIONS: Readonly<Record<string, (input: Input, secrets: SecretsManager["secrets"]) => Fault>> = {
  GetSecretValue({ SecretId = "", VersionId, VersionStage }, secrets) {
    const secret = secrets.get(nameOf(SecretId));
    if (!secret) return awsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    const stage = VersionStage ?? "AWSCURRENT";
    const [id, version] = [...secret.versions].find(([each, { stages }]) => (VersionId === undefined ? stages.includes(stage) : each === VersionId)) ?? [];
    if (!version) return awsError("ResourceNotFoundException", `Secrets Manager can't find the specified secret value for staging label: ${stage}`);
    return ok({ Name: nameOf(SecretId), VersionId: id, VersionStages: version.stages, ...(version.text !== undefined && { SecretString: version.text }), ...(version.binary !== undefined && { SecretBinary: version.binary }) });
  },
  CreateSecret({ Name = "", SecretString = "", ClientRequestToken = "", Tags = [] }, secrets) {
    if (secrets.has(Name)) return awsError("ResourceExistsException", "The operation failed because the secret already exists.");
    secrets.set(Name, { versions: new Map(), tags: Tags });
    addVersion(secrets, Name, ClientRequestToken, SecretString);
    return ok({ Name, VersionId: ClientRequestToken });
  },
  PutSecretValue({ SecretId = "", SecretString = "", ClientRequestToken = "" }, secrets) {
    if (!secrets.has(nameOf(SecretId))) return awsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    addVersion(secrets, nameOf(SecretId), ClientRequestToken, SecretString);
    return ok({ Name: nameOf(SecretId), VersionId: ClientRequestToken });
  },
};

function addVersion(secrets: SecretsManager["secrets"], name: string, id: string, text: string): void {
  const { versions } = secrets.get(name) ?? { versions: new Map() as SecretVersions };
  if (!secrets.has(name)) secrets.set(name, { versions, tags: [] });
  if (versions.has(id)) return;
  for (const version of versions.values()) version.stages = version.stages.includes("AWSCURRENT") ? ["AWSPREVIOUS"] : version.stages.filter((stage) => stage !== "AWSPREVIOUS");
  versions.set(id, { text, stages: ["AWSCURRENT"] });
}

/** An ARN ends with the name, a dash and six characters. */
function nameOf(id: string): string {
  return /^arn:.*:secret:(.*)-.{6}$/.exec(id)?.[1] ?? id;
}
