import { CloudwatchMetricAlarm } from "../../bindings/aws/cloudwatch-metric-alarm";
import type { Construct } from "../../cdktf";
import { type NamedUnit, type NameRule, resourceName } from "../../names";

/** CloudWatch, PutMetricAlarm. */
const ALARM_NAME: NameRule = { limit: 255, forbidden: /[^A-Za-z0-9_.-]/ };

const PERIOD_SECONDS = 300;

export interface AlarmProps {
  readonly unit: NamedUnit;
  /** Last part of the alarm's name; the child's id is `PARTAlarm`. */
  readonly part: string;
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: "Sum" | "Maximum";
  /** The alarm goes off above this. */
  readonly threshold: number;
  readonly topicArn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Goes off when a metric is above its threshold for five minutes. Where there is no data, all is well. */
export function makeAlarm(scope: Construct, { unit, part, description, namespace, metric, dimensions, statistic, threshold, topicArn, tags }: AlarmProps): void {
  new CloudwatchMetricAlarm(scope, `${part}Alarm`, {
    alarmName: resourceName(unit, part, ALARM_NAME),
    alarmDescription: description,
    namespace,
    metricName: metric,
    dimensions,
    statistic,
    period: PERIOD_SECONDS,
    evaluationPeriods: 1,
    comparisonOperator: "GreaterThanThreshold",
    threshold,
    treatMissingData: "notBreaching",
    alarmActions: [topicArn],
    okActions: [topicArn],
    tags,
  });
}
