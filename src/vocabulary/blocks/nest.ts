import type { BlockSpec } from "../schema";
import { tofu } from "./cloud";

/** `nest { … }`: exactly one, in nest.fly at the root. */
export const nest: BlockSpec = {
  typeName: "Nest",
  description: "The Nest itself: exactly one such block.",
  attributes: {
    name: {
      type: { kind: "string" },
      description: "Part of every cloud name, so it can't be changed after the first deploy. Lower-case letters, digits and `-`; at most 20 characters.",
      required: true,
      pattern: { regex: /^[a-z0-9-]{1,20}$/, message: 'hold only lower-case letters, digits and "-", at most 20 characters' },
      example: '"acme"',
    },
  },
  blocks: {
    repository: {
      typeName: "Repository",
      description: "The Nest's own GitLab project: schedules, comments, history. In a pipeline it is found in GitLab's own variables.",
      attributes: {
        server: { type: { kind: "host" }, description: "The GitLab server.", default: "gitlab.com", example: '"gitlab.com"' },
        project_id: { type: { kind: "integer", min: 1 }, description: "Number of the project. Jobs need it.", defaultNote: "in a pipeline, the pipeline's own project", example: "1" },
        url: { type: { kind: "string" }, description: "Address that Git clones from.", defaultNote: "none", example: '"git@gitlab.com:acme/nest.git"' },
        branch: { type: { kind: "string" }, description: "Branch that is deployed.", default: "main", example: '"main"' },
        read_key: {
          type: { kind: "secret" },
          description: "Secret reference of the deploy key with which MotherGoose and UglyFox read the repository. Its address is kept beside it, as `url`. `gosling init` makes both.",
          defaultNote: "with a `mothergoose`: `SCHEME://gosling/{nest}/read/deploy-key`; else none",
          example: '"aws-sm://gosling/acme/read/deploy-key"',
        },
        write_key: {
          type: { kind: "secret" },
          description: "Secret reference of the deploy key with which Jobs may push to the repository, with its address beside it. `gosling init` makes both; a Job that needs it names it in `secrets`.",
          defaultNote: "none",
          example: '"aws-sm://gosling/acme/write/deploy-key"',
        },
      },
      blocks: {},
    },
    state: {
      typeName: "State",
      description: "Where the engine's state is kept.",
      assumed: true,
      attributes: {
        backend: {
          type: { kind: "enum", values: ["local", "s3", "gitlab"] },
          description: "`local`: files under `.gosling/` (mode 0600); `s3`: a bucket; `gitlab`: the Nest's own GitLab project.",
          default: "local",
          example: '"s3"',
        },
        bucket: { type: { kind: "string" }, description: "Name of the bucket. Required for `s3`.", example: '"acme-gosling-state"' },
        region: { type: { kind: "string" }, description: "Region of the bucket. Required for `s3`.", example: '"eu-central-1"' },
        endpoint: {
          type: { kind: "string" },
          description: "Address of another service that speaks S3.",
          defaultNote: "Amazon's own",
          pattern: { regex: /^https?:\/\/[^\s/@]+\/?$/, message: 'be a URL such as "https://storage.yandexcloud.net"' },
          example: '"https://storage.yandexcloud.net"',
        },
      },
      blocks: {
        encryption: {
          typeName: "Encryption",
          description: "Encryption of state and plan files by the engine. A shared backend needs it, or an explicit `enabled = false`.",
          attributes: {
            enabled: { type: { kind: "bool" }, description: "Whether state and plans are encrypted.", default: true, example: "true" },
            key: {
              type: { kind: "secret" },
              description: "Secret reference of the key: 32 bytes, base64. Exactly one of `key` and `kms_key`.",
              example: '"aws-sm://gosling/state-key"',
            },
            kms_key: {
              type: { kind: "string" },
              description: "ARN of an AWS KMS key; the engine asks KMS itself. Exactly one of `key` and `kms_key`.",
              pattern: { regex: /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)\/.+$/, message: "be the ARN of a KMS key" },
              example: '"arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d"',
            },
            previous_key: {
              type: { kind: "secret" },
              description: "Secret reference of the key that was in use before. It only reads: every state is written anew with the other key, and then this attribute can go.",
              defaultNote: "none",
              example: '"aws-sm://gosling/state-key#AWSPREVIOUS"',
            },
          },
          blocks: {},
        },
      },
    },
    tofu,
  },
};
