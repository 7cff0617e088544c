import { StorageBucket } from "../../bindings/yandex/storage-bucket";
import { sha256 } from "../../canonical-json";
import type { Construct } from "../../cdktf";
import { type NamedUnit, type NameRule, resourceName } from "../../names";

/** Object Storage; behind the name comes `-` and a hash of the folder, because names are unique in the world. */
const HASH_LENGTH = 8;
const BUCKET_NAME: NameRule = { limit: 63 - 1 - HASH_LENGTH, forbidden: /[^a-z0-9-]/, lowerCase: true };

/** Days after which parts of uploads that never ended are removed. */
const UNFINISHED_DAYS = 3;

export interface BucketProps {
  readonly unit: NamedUnit;
  /** Id of the child, and the last part of the bucket's name. */
  readonly part: string;
  readonly folderId: string;
  /** Id of the key that encrypts it, for an attribute. */
  readonly keyId: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Keeps replaced and removed objects this long. Default: no versions are kept. */
  readonly keepVersionsDays?: number;
  /** Removes objects of this age. */
  readonly expireDays?: number;
  /** What is in it can be had again: it is removed with all that it holds. Default: false. */
  readonly disposable?: boolean;
}

/** A private, encrypted bucket. Child: `PART` (`StorageBucket`). @returns Its name, for an attribute. */
export function makeBucket(scope: Construct, { unit, part, folderId, keyId, labels, keepVersionsDays, expireDays, disposable = false }: BucketProps): string {
  const bucket = new StorageBucket(scope, part, {
    folderId,
    bucket: `${resourceName(unit, part, BUCKET_NAME)}-${sha256(folderId).slice(0, HASH_LENGTH)}`,
    forceDestroy: disposable,
    anonymousAccessFlags: { read: false, list: false, configRead: false },
    serverSideEncryptionConfiguration: { rule: { applyServerSideEncryptionByDefault: { kmsMasterKeyId: keyId, sseAlgorithm: "aws:kms" } } },
    ...(keepVersionsDays !== undefined && { versioning: { enabled: true } }),
    lifecycleRule: [
      {
        id: "gosling",
        enabled: true,
        abortIncompleteMultipartUploadDays: UNFINISHED_DAYS,
        ...(expireDays !== undefined && { expiration: { days: expireDays } }),
        ...(keepVersionsDays !== undefined && { noncurrentVersionExpiration: { days: keepVersionsDays } }),
      },
    ],
    tags: labels,
  });
  return `\${${bucket.terraformAddress}.bucket}`;
}
