import { IamRolePolicy } from "../../bindings/aws/iam-role-policy";
import { SqsQueue } from "../../bindings/aws/sqs-queue";
import type { Construct } from "../../cdktf";
import { type NamedUnit, resourceName } from "../../names";
import { expression, template, type Template, templateJson } from "../../template";
import { NAME_RULES } from "./name-rules";
import { policyDocument, sendMessages } from "./policies";

/** A start that nobody took for so long is out of date: whoever asked for it asks again while the job waits. */
const START_RETENTION_SECONDS = 3600;
/** What could not be started is kept for people to look at, as long as SQS keeps anything. */
const DEAD_RETENTION_SECONDS = 14 * 24 * 3600;

/** The queue that starts the runners of a unit, and where messages go that start none. */
export interface StartQueue {
  readonly arn: Template;
  readonly url: Template;
  readonly deadLetterArn: Template;
  readonly deadLetterUrl: Template;
}

export interface StartQueueProps {
  /** How long a message is out of sight after it was taken. */
  readonly visibilitySeconds: number;
  /** How often it is taken before it is given up. */
  readonly receives: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Children: `queue` and `dead` (`SqsQueue`). */
export function makeStartQueue(scope: Construct, unit: NamedUnit, { visibilitySeconds, receives, tags }: StartQueueProps): StartQueue {
  // A renamed Egg keeps its queues: what is in them is not lost.
  const common = { sqsManagedSseEnabled: true, tags, lifecycle: { ignoreChanges: ["name"] } };
  const dead = new SqsQueue(scope, "dead", { ...common, name: resourceName(unit, "dead", NAME_RULES.queue), messageRetentionSeconds: DEAD_RETENTION_SECONDS });
  const deadLetterArn = template`${expression(`${dead.terraformAddress}.arn`)}`;
  const queue = new SqsQueue(scope, "queue", {
    ...common,
    name: resourceName(unit, "start", NAME_RULES.queue),
    messageRetentionSeconds: Math.max(START_RETENTION_SECONDS, 2 * visibilitySeconds * receives),
    visibilityTimeoutSeconds: visibilitySeconds,
    redrivePolicy: templateJson({ deadLetterTargetArn: deadLetterArn, maxReceiveCount: receives }),
  });
  return {
    arn: template`${expression(`${queue.terraformAddress}.arn`)}`,
    url: template`${expression(`${queue.terraformAddress}.url`)}`,
    deadLetterArn,
    deadLetterUrl: template`${expression(`${dead.terraformAddress}.url`)}`,
  };
}

/** Lets a role of the user's own start runners. `role` is its name. */
export function grantStart(scope: Construct, { arn }: StartQueue): (id: string, role: string) => void {
  return (id, role) => void new IamRolePolicy(scope, id, { role, policy: templateJson(policyDocument(sendMessages(arn))) });
}
