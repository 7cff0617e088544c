import type { CloudValues, MotherGooseProps as GooseProps } from "../src/vocabulary/types";
import { atConstruct } from "./at-construct";
import { Construct } from "./cdktf";
import { checkedMotherGoose } from "./checked-services";
import { makeMotherGoose as makeOnAws } from "./clouds/aws/mother-goose";
import { findCloud } from "./clouds/find-cloud";
import { type MakeMotherGoose, type MotherGooseAttributes, type MotherGooseResources, noGooseOn } from "./clouds/mother-goose-cloud";
import { makeMotherGoose as makeOnYandex } from "./clouds/yandex/mother-goose";
import type { CompiledPolicy } from "./compiled-policy";
import { requireProvider } from "./required-provider";

/** A mothergoose block as in Fly, in camelCase, and the Nest's name. */
export interface MotherGooseProps extends GooseProps {
  /** Name of the Nest: lower-case letters, digits and `-`; at most 20 characters. Part of every cloud name. */
  readonly nest: string;
  /** Bucket of the same account (Yandex: folder) that holds the engine's states. Default: one of MotherGoose's own. */
  readonly stateBucket?: string;
}

/** What others may use of MotherGoose. */
export interface IMotherGoose extends MotherGooseAttributes {
  /** Name of the Nest. */
  readonly nest: string;
  /** Lets an identity send events to the workers. AWS: the name of a role; Yandex: the id of a service account. */
  grantSend(id: string, identity: string): void;
  /** For UglyFoxPolicy: hands a policy over, and has it looked at by the clock, with children of `scope`. */
  addPolicy(scope: Construct, policy: CompiledPolicy): void;
}

const MAKERS: Readonly<Partial<Record<CloudValues["provider"], MakeMotherGoose>>> = { aws: makeOnAws, yandex: makeOnYandex };

/**
 * The service that answers webhooks and deploys runners: API, workers, queues, tables, buckets, key, schedules,
 * and one role each. What its roles touch outside of its own data has to carry this Nest's tag
 * (`gosling:nest`), secrets too; it makes and changes no roles.
 *
 * Children on AWS: `gateway` (`Apigatewayv2Api`), `stage`, `integration`, `route`, `invoke`; `api` and `worker`
 * (`LambdaFunction`), `trigger`; `queue`, `dead` (`SqsQueue`); `table-NAME` (`DynamodbTable`); `state` and `work`
 * (`S3Bucket`) and their parts; `key` (`KmsKey`), `alias`; `logs`, `topic`, `…Alarm`; `clockGroup`, `clock-NAME`
 * (`SchedulerSchedule`); `apiRole`, `workerRole`, `clockRole` (`IamRole`) and their policies; with a domain
 * `certificate`, `validated`, `domain`, `mapping`. On Yandex Cloud: `gateway` (`ApiGateway`), `api` and `worker`
 * (`ServerlessContainer`), `queue`, `dead` (`MessageQueue`), `trigger` and `clock-NAME` (`FunctionTrigger`),
 * `database` (`YdbDatabaseServerless`), `state` and `work` (`StorageBucket`), `key`, `logs`, `apiAccount`,
 * `workerAccount`, `invokerAccount` and what they are granted. Its roles know no tags: the folder is the limit.
 *
 * @throws GoslingError `PROPS` with the messages of Fly's rules, and for what the cloud can't do;
 * `CLOUD_NOT_SUPPORTED`, on `local` too: there the service needs no resources.
 */
export class MotherGoose extends Construct implements IMotherGoose {
  readonly nest: string;
  readonly url: string;
  readonly queueUrl: string;
  readonly stateBucketName: string;
  readonly keyId: string;
  readonly apiRoleArn?: string;
  readonly workerRoleArn?: string;
  readonly apiServiceAccountId?: string;
  readonly workerServiceAccountId?: string;
  readonly alarmTopicArn?: string;
  private readonly made: MotherGooseResources;

  constructor(scope: Construct, id: string, { stateBucket, ...props }: MotherGooseProps) {
    super(scope, id);
    const values = checkedMotherGoose(this.node.path, props);
    const { provider } = values.cloud;
    const make = MAKERS[provider];
    if (!make) throw noGooseOn(provider);
    this.nest = props.nest;
    this.made = atConstruct(this.node.path, () => make(this, { nest: props.nest, values, ...(stateBucket !== undefined && { stateBucket }) }));
    const { url, queueUrl, stateBucketName, keyId, ...rest } = this.made.attributes;
    this.url = url;
    this.queueUrl = queueUrl;
    this.stateBucketName = stateBucketName;
    this.keyId = keyId;
    Object.assign(this, rest);
    requireProvider(this, findCloud(provider).provider, values, "MotherGoose");
  }

  grantSend(id: string, identity: string): void {
    this.made.grantSend(id, identity);
  }

  addPolicy(scope: Construct, policy: CompiledPolicy): void {
    this.made.makePolicy(scope, policy);
  }
}
