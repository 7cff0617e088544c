import { GoslingError } from "../../../src/vocabulary/error";
import { SsmParameter } from "../../bindings/aws/ssm-parameter";
import { canonicalJson } from "../../canonical-json";
import type { Construct } from "../../cdktf";
import type { CompiledPolicy } from "../../compiled-policy";
import { literalJson } from "../../literal";
import type { NamedUnit } from "../../names";
import { intervalExpression } from "../../schedule-expression";
import type { Template } from "../../template";
import { GOOSE_MESSAGES } from "../mother-goose-cloud";
import { makeAlarm } from "./alarms";
import type { AwsPlace } from "./place";
import { makeSchedules } from "./schedules";

/** Systems Manager, PutParameter: characters of a value in the standard and in the advanced tier. */
const STANDARD_LIMIT = 4096;
const ADVANCED_LIMIT = 8192;

/** What a policy takes from MotherGoose. */
export interface PolicySurroundings {
  readonly unit: NamedUnit;
  readonly place: AwsPlace;
  readonly queueArn: Template;
  readonly topicArn: string;
  readonly permissionsBoundary?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Children: `policy` (`SsmParameter`), `uglyfoxGroup`, `uglyfoxRole`, `uglyfoxPolicy`, `uglyfox-check`
 * (`SchedulerSchedule`), `foxerrorsAlarm`, `foxdroppedAlarm`.
 *
 * @throws GoslingError `CONFIGURATION_TOO_LARGE`
 */
export function makePolicy(scope: Construct, policy: CompiledPolicy, { unit, place, queueArn, topicArn, permissionsBoundary, tags }: PolicySurroundings): void {
  const value = literalJson(canonicalJson(policy));
  if (value.length > ADVANCED_LIMIT) {
    throw new GoslingError("CONFIGURATION_TOO_LARGE", `The compiled policy of uglyfox is ${value.length} bytes long; a parameter of AWS holds ${ADVANCED_LIMIT}`, { hint: "Write fewer rules, shorter conditions, or fewer runners_condition blocks." });
  }
  new SsmParameter(scope, "policy", { name: `/gosling/${policy.nest}/uglyfox`, description: "What UglyFox goes by", type: "String", tier: value.length > STANDARD_LIMIT ? "Advanced" : "Standard", value, tags });
  const group = makeSchedules(scope, {
    unit,
    part: "uglyfox",
    place,
    queueArn,
    schedules: [{ name: "check", expression: intervalExpression(policy.pruning.checkIntervalSeconds), message: { kind: GOOSE_MESSAGES.healthCheck } }],
    ...(permissionsBoundary !== undefined && { permissionsBoundary }),
    tags,
  });
  const alarm = { unit, namespace: "AWS/Scheduler", dimensions: { ScheduleGroup: group }, statistic: "Sum", threshold: 0, topicArn, tags } as const;
  makeAlarm(scope, { ...alarm, part: "foxerrors", metric: "TargetErrorCount", description: "UglyFox can't be asked to look at the runners" });
  makeAlarm(scope, { ...alarm, part: "foxdropped", metric: "InvocationDroppedCount", description: "UglyFox was not asked to look at the runners" });
}
