import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Canary, canary, caught, keyCanary, plainCanary } from "./canary";
import type { TestEngine } from "./engines";
import { type GitlabServer, gitlabServer } from "./gitlab-server";
import { type LocalNest, localNest } from "./local-nest";
import { type SecretsManager, secretsManager } from "./secrets-manager";
import { type Vault, vault } from "./vault";
import { startYandexServer, type YandexServer } from "./yandex-server";

/** The server of the Nest's projects. */
export const HOST = "gitlab.example.org";

/**
 * A Nest of the local cloud that needs a secret from every store for every purpose, and in which every secret, and all
 * that signs in anywhere, is a canary.
 */
export interface CanaryNest {
  readonly nest: LocalNest;
  /** Home folder of all commands and runners; the Nest, caches and temporary files are in it. */
  readonly home: string;
  readonly aws: SecretsManager;
  readonly kv: Vault;
  readonly yandex: YandexServer;
  readonly gitlab: GitlabServer;
  readonly env: Readonly<Record<string, string>>;
  /** For what is typed. */
  readonly typed: Canary;
  /** Those of the Nest, those of its surroundings, and what servers have made until now. */
  canaries(): readonly Canary[];
  readonly secrets: Readonly<Record<"ofAws" | "ofYandex" | "ofVault" | "awsSession" | "vaultToken", Canary>>;
  dispose(): Promise<void>;
}

export async function canaryNest(engine: TestEngine): Promise<CanaryNest> {
  const [aws, kv, yandex, gitlab] = await Promise.all([secretsManager(), vault(), startYandexServer(), gitlabServer()]);
  const [ofEnv, ofFile, ofAws, ofYandex, ofVault] = [canary("job secret of env"), canary("job secret of a file"), canary("job secret of Secrets Manager"), canary("job secret of Lockbox"), canary("job secret of Vault")];
  const stateKey = keyCanary("state key");
  const typed = canary("typed value");
  const apiToken = plainCanary("API token", "glpat-");
  const awsKey = plainCanary("secret key of AWS");
  const awsSession = plainCanary("session token of AWS");
  const vaultToken = plainCanary("token of Vault", "hvs.");
  const around = ["CI_JOB_TOKEN", "NPM_TOKEN", "TF_VAR_password", "GITLAB_TOKEN"].map((name) => ({ name, canary: plainCanary(`variable ${name}`) }));

  const nest = await localNest(engine, {
    "nest.fly": 'nest {\n  name = "canaries"\n  state {\n    encryption {\n      key = "file://secrets/state-key"\n    }\n  }\n}\n',
    "Eggs/app/config.fly": EGG,
    "MG/config.fly": 'mothergoose {\n  cloud {\n    provider = "local"\n  }\n  api {\n    domain = "goose.example.org"\n  }\n}\n',
    ".gitignore": "/secrets/\n/.gosling/\n/gosling.out/\n",
    "secrets/state-key": `${stateKey.value}\n`,
    "secrets/job": `${ofFile.value}\n`,
  });
  const home = join(nest.root, "..");
  mkdirSync(join(home, "tmp"));
  mkdirSync(join(home, ".aws"));
  writeFileSync(join(home, ".aws/credentials"), `[default]\naws_access_key_id = AKIACANARY\naws_secret_access_key = ${awsKey.value}\naws_session_token = ${awsSession.value}\n`);
  writeFileSync(join(home, ".vault-token"), vaultToken.value);

  aws.put("team/app", JSON.stringify({ api: apiToken.value, job: ofAws.value }));
  kv.tokens.add(vaultToken.value);
  kv.put("team/app", { job: ofVault.value });
  yandex.addSecret("team-app", { job: ofYandex.value });
  gitlab.addToken(apiToken.value, ["api"]);
  gitlab.addProject(1, "acme/app");

  const env = {
    PATH: [nest.agent.bin, join(process.execPath, ".."), "/usr/bin", "/bin"].join(":"),
    HOME: home,
    TMPDIR: join(home, "tmp"),
    NO_COLOR: "1",
    GOSLING_ENGINE: engine.path,
    GOSLING_HEARTBEAT_MS: "40",
    GOSLING_SECRETS_LOG: join(home, "access.log"),
    GOSLING_GITLAB_ADDRESSES: `${HOST}=${gitlab.url}`,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "AKIACANARY",
    AWS_SECRET_ACCESS_KEY: awsKey.value,
    AWS_SESSION_TOKEN: awsSession.value,
    AWS_EC2_METADATA_DISABLED: "true",
    VAULT_ADDR: kv.url,
    ...yandex.env,
    YC_FOLDER_ID: "folder-1",
    JOB_SECRET: ofEnv.value,
    ...Object.fromEntries(around.map(({ name, canary: { value } }) => [name, value])),
  };
  const own = [ofEnv, ofFile, ofAws, ofYandex, ofVault, stateKey, apiToken, awsKey, awsSession, vaultToken, typed, ...around.map((each) => each.canary)];
  return {
    nest,
    home,
    aws,
    kv,
    yandex,
    gitlab,
    env,
    typed,
    secrets: { ofAws, ofYandex, ofVault, awsSession, vaultToken },
    canaries: () => [
      ...own,
      ...[...gitlab.world.runners.values()].map(({ token = "" }) => caught("runner token", token)),
      ...[...gitlab.world.hooks.values()].flatMap(({ token }) => (token ? [caught("webhook secret", token)] : [])),
      ...[...yandex.tokens].map((token) => caught("IAM token", token)),
      ...generatedKeys(nest.root),
      ...[...kv.secrets.values()].flatMap(({ versions }) => versions).flatMap(({ data }) => (data["deploy-key"] === undefined ? [] : [caught("deploy key", secretHalf(String(data["deploy-key"])))])),
      // A rotation keeps a value, and GitLab refuses it.
      ...(kv.secrets.get("team/app-hook")?.versions ?? []).map(({ data }) => caught("webhook secret", String(data["secret"]))),
    ],
    async dispose() {
      await nest.dispose();
      await Promise.all([aws.close(), kv.close(), yandex.close(), gitlab.close()]);
    },
  };
}

function generatedKeys(root: string): readonly Canary[] {
  const path = join(root, "secrets/generated");
  return existsSync(path) ? [caught("generated key", readFileSync(path, "utf8").trim())] : [];
}

/** Of a key as OpenSSH writes it, the text that only the private half makes: bytes 162 to 192. */
function secretHalf(privateKey: string): string {
  return privateKey.split("\n").filter((line) => !line.startsWith("-----")).join("").slice(216, 256);
}

const EGG = `egg "app" {
  type = "vm"
  cloud {
    provider = "local"
  }
  resources {
    cpu    = 1
    memory = 512
    disk   = 5
  }
  runner {
    tags           = ["local"]
    concurrent     = 1
    startup_script = "echo started with $OF_AWS and $OF_ENV; env"
  }
  gitlab {
    server         = "${HOST}"
    project_id     = 1
    api_token      = "aws-sm://team/app/api"
    runner_token   = "yc-lockbox://team-app-runner/token"
    webhook_secret = "vault://team/app-hook/secret"
  }
  secrets = {
    OF_ENV    = "env://JOB_SECRET"
    OF_FILE   = "file://secrets/job"
    OF_AWS    = "aws-sm://team/app/job"
    OF_YANDEX = "yc-lockbox://team-app/job"
    OF_VAULT  = "vault://team/app/job"
  }
  pool {
    apex {
      min_count = 1
      max_count = 1
    }
  }
}
`;

/** Variables of an engine's environment that somebody else could use. */
const TOLD = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "CI_JOB_TOKEN", "NPM_TOKEN", "GITLAB_TOKEN"];

/** An engine that fails, and repeats on its way the state's key and what else it was told by its environment. */
export function talkativeEngine(folder: string, engine: TestEngine): string {
  const path = join(folder, "talkative", engine.name);
  mkdirSync(join(path, ".."), { recursive: true });
  const event = '{"@level":"error","@message":"Error: %s","type":"diagnostic","diagnostic":{"severity":"error","summary":"It holds %s","detail":"as base64 %s"}}\\n';
  const told = TOLD.map((name) => `$${name}`).join(" ");
  writeFileSync(path, `#!/bin/sh\ncase "$1" in apply|plan)\n  key=$(env | sed -n 's/^GOSLING_STATE_KEY_[^=]*=//p' | head -1)\n  all="$key ${told}"\n  printf '${event}' "$all" "$all" "$(printf %s "$all" | base64 | tr -d "\\n")"\n  printf 'panic: %s' "$all" >&2\n  exit 1;;\nesac\nexec '${engine.path}' "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}
