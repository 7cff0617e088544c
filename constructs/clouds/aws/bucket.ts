import { S3Bucket } from "../../bindings/aws/s3-bucket";
import { S3BucketLifecycleConfiguration } from "../../bindings/aws/s3-bucket-lifecycle-configuration";
import { S3BucketPolicy } from "../../bindings/aws/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "../../bindings/aws/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfiguration } from "../../bindings/aws/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioning } from "../../bindings/aws/s3-bucket-versioning";
import type { Construct } from "../../cdktf";
import { type NamedUnit, type NameRule, resourceName } from "../../names";
import { expression, template, type Template, templateJson, templateText } from "../../template";
import type { AwsPlace } from "./place";

/** S3, CreateBucket; behind the name comes `-` and the account's number, because names are unique in the world. */
const BUCKET_NAME: NameRule = { limit: 63 - 1 - 12, forbidden: /[^a-z0-9-]/, lowerCase: true };

/** Days after which parts of uploads that never ended are removed. */
const UNFINISHED_DAYS = 3;

export interface BucketProps {
  readonly unit: NamedUnit;
  /** Begins the ids of the children, and ends the bucket's name. */
  readonly part: string;
  readonly place: AwsPlace;
  readonly tags: Readonly<Record<string, string>>;
  /** Encrypts with this key instead of S3's own. */
  readonly keyArn?: Template;
  /** Keeps replaced and removed objects this long. Default: no versions are kept. */
  readonly keepVersionsDays?: number;
  /** Removes objects of this age. */
  readonly expireDays?: number;
  /** What is in it can be had again: it is removed with all that it holds. Default: false. */
  readonly disposable?: boolean;
}

export interface Bucket {
  readonly name: Template;
  readonly arn: Template;
}

/**
 * A private, encrypted bucket that is spoken to over TLS alone. Children: `PART` (`S3Bucket`), `PARTAccess`,
 * `PARTEncryption`, `PARTLifecycle`, `PARTPolicy`, and `PARTVersions` where versions are kept.
 */
export function makeBucket(scope: Construct, { unit, part, place, tags, keyArn, keepVersionsDays, expireDays, disposable = false }: BucketProps): Bucket {
  const address = new S3Bucket(scope, part, { bucket: templateText(template`${resourceName(unit, part, BUCKET_NAME)}-${place.account}`), forceDestroy: disposable, tags }).terraformAddress;
  const arn = template`${expression(`${address}.arn`)}`;
  const bucket = `\${${address}.id}`;
  const access = new S3BucketPublicAccessBlock(scope, `${part}Access`, { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true });
  new S3BucketServerSideEncryptionConfiguration(scope, `${part}Encryption`, {
    bucket,
    rule: [
      {
        applyServerSideEncryptionByDefault: keyArn ? { sseAlgorithm: "aws:kms", kmsMasterKeyId: templateText(keyArn) } : { sseAlgorithm: "AES256" },
        ...(keyArn && { bucketKeyEnabled: true }),
      },
    ],
  });
  const versions = keepVersionsDays === undefined ? [] : [new S3BucketVersioning(scope, `${part}Versions`, { bucket, versioningConfiguration: { status: "Enabled" } })];
  new S3BucketLifecycleConfiguration(scope, `${part}Lifecycle`, {
    bucket,
    rule: [
      {
        id: "gosling",
        status: "Enabled",
        filter: [{ prefix: "" }],
        abortIncompleteMultipartUpload: [{ daysAfterInitiation: UNFINISHED_DAYS }],
        ...(expireDays !== undefined && { expiration: [{ days: expireDays }] }),
        ...(keepVersionsDays !== undefined && { noncurrentVersionExpiration: [{ noncurrentDays: keepVersionsDays }] }),
      },
    ],
    ...(versions.length > 0 && { dependsOn: versions }),
  });
  const policy = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: [arn, template`${arn}/*`], Condition: { Bool: { "aws:SecureTransport": "false" } } }],
  };
  new S3BucketPolicy(scope, `${part}Policy`, { bucket, policy: templateJson(policy), dependsOn: [access] });
  return { name: template`${expression(`${address}.id`)}`, arn };
}
