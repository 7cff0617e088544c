import type { NameRule } from "../../names";

/** What each service of AWS allows in a name (November 2026, from its API reference). */
export const NAME_RULES = {
  /** IAM, CreateRole and CreateInstanceProfile (which allows 128). */
  role: { limit: 64, forbidden: /[^A-Za-z0-9+=,.@_-]/ },
  /** EC2, CreateSecurityGroup. */
  securityGroup: { limit: 255, forbidden: /[^A-Za-z0-9 ._:/()#,@[\]+=&;{}!$*-]/ },
  /** CloudWatch Logs, CreateLogGroup. */
  logGroup: { limit: 512, forbidden: /[^A-Za-z0-9_/.#-]/ },
  /** SQS, CreateQueue. */
  queue: { limit: 80, forbidden: /[^A-Za-z0-9_-]/ },
  /** EventBridge Pipes, CreatePipe. */
  pipe: { limit: 64, forbidden: /[^A-Za-z0-9._-]/ },
  /** Step Functions, CreateStateMachine (which allows more characters, and says that logging needs these). */
  stateMachine: { limit: 80, forbidden: /[^A-Za-z0-9_-]/ },
  /** ECS, CreateCluster and RegisterTaskDefinition. */
  container: { limit: 255, forbidden: /[^A-Za-z0-9_-]/ },
  /** Lambda, CreateFunction. */
  lambda: { limit: 64, forbidden: /[^A-Za-z0-9_-]/ },
} as const satisfies Readonly<Record<string, NameRule>>;
