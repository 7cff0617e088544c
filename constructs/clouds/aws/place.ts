import { DataAwsCallerIdentity } from "../../bindings/aws/data-aws-caller-identity";
import type { Construct } from "../../cdktf";
import { expression, type Template, template } from "../../template";

/** A region of AWS in one of its partitions (`aws`, `aws-cn`, `aws-us-gov`), and the account. */
export interface AwsPlace {
  readonly partition: string;
  readonly region: string;
  /** Expression: the number of the account. */
  readonly account: Template;
}

/** Child: `account` (`DataAwsCallerIdentity`). */
export function placeOf(scope: Construct, region: string): AwsPlace {
  const account = new DataAwsCallerIdentity(scope, "account");
  return { partition: partitionOf(region), region, account: template`${expression(`${account.terraformAddress}.account_id`)}` };
}

export function partitionOf(region: string): string {
  return region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE` */
export function arn({ partition, region, account }: AwsPlace, service: string, resource: string | Template): Template {
  return template`arn:${partition}:${service}:${region}:${account}:${resource}`;
}
