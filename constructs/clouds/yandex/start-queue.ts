import { MessageQueue } from "../../bindings/yandex/message-queue";
import type { Construct } from "../../cdktf";
import { type NamedUnit, resourceName } from "../../names";
import { expression, template, templateJson } from "../../template";
import { NAME_RULES } from "./name-rules";

/** A start that nobody took for so long is out of date: whoever asked for it asks again while the job waits. */
const START_RETENTION_SECONDS = 3600;
/** What could not be started is kept for people to look at, as long as Message Queue keeps anything. */
const DEAD_RETENTION_SECONDS = 14 * 24 * 3600;

/** The queue that starts the runners of a unit; each is for an attribute. */
export interface StartQueue {
  readonly arn: string;
  readonly url: string;
}

export interface StartQueueProps {
  /** How long a message is out of sight after it was taken. */
  readonly visibilitySeconds: number;
  /** How often it is taken before it is given up. */
  readonly receives: number;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The key that Message Queue asks for is the engine's own, from its environment
 * (`YC_MESSAGE_QUEUE_ACCESS_KEY`, `YC_MESSAGE_QUEUE_SECRET_KEY`): none is in the configuration or the state.
 *
 * Children: `queue` and `dead` (`MessageQueue`).
 */
export function makeStartQueue(scope: Construct, unit: NamedUnit, { visibilitySeconds, receives, labels }: StartQueueProps): StartQueue {
  // A renamed Egg keeps its queues: what is in them is not lost.
  const common = { tags: labels, lifecycle: { ignoreChanges: ["name"] } };
  const dead = new MessageQueue(scope, "dead", { ...common, name: resourceName(unit, "dead", NAME_RULES.queue), messageRetentionSeconds: DEAD_RETENTION_SECONDS });
  const queue = new MessageQueue(scope, "queue", {
    ...common,
    name: resourceName(unit, "start", NAME_RULES.queue),
    messageRetentionSeconds: Math.max(START_RETENTION_SECONDS, 2 * visibilitySeconds * receives),
    visibilityTimeoutSeconds: visibilitySeconds,
    redrivePolicy: templateJson({ deadLetterTargetArn: template`${expression(`${dead.terraformAddress}.arn`)}`, maxReceiveCount: receives }),
  }).terraformAddress;
  return { arn: `\${${queue}.arn}`, url: `\${${queue}.id}` };
}
