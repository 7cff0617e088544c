import type { BlockSpec } from "../schema";
import { apexSizes, nadirSizes } from "./pool";

/** `uglyfox { … }`: pruning and pool policy. */
export const uglyfox: BlockSpec = {
  typeName: "UglyFox",
  description: "Pruning and pool policy. At most one block in the Nest.",
  attributes: {},
  blocks: {
    pruning: {
      typeName: "Pruning",
      description: "What is removed, and when.",
      required: true,
      attributes: {
        failed_threshold: { type: { kind: "integer", min: 1 }, description: "A runner that has failed this often is terminated.", default: 3, example: "3" },
        max_age: { type: { kind: "duration", minSeconds: 60 }, description: "A runner older than this is drained, then terminated.", default: "24h", example: '"24h"' },
        check_interval: { type: { kind: "duration", minSeconds: 60 }, description: "Time between two looks at all runners.", default: "5m", example: '"5m"' },
        grace: { type: { kind: "duration", minSeconds: 0 }, description: "A new runner may be silent this long before it counts as failed.", default: "10m", example: '"10m"' },
        dry_run: { type: { kind: "bool" }, description: "Only report what would be done.", default: false, example: "false" },
      },
      blocks: {},
    },
    runners_condition: {
      typeName: "RunnersCondition",
      description: "Sizes of the pools of the Eggs and buckets that it names and that have no `pool` of their own.",
      labels: ["name"],
      exampleLabel: "default",
      many: true,
      required: true,
      attributes: {
        eggs_entities: {
          type: { kind: "list", of: { kind: "string" }, minItems: 1, unique: true },
          description: 'Names of Eggs and buckets, or `["*"]` for all that no other condition names.',
          required: true,
          example: '["my-app"]',
          refersTo: "egg",
        },
      },
      blocks: {
        apex: {
          typeName: "ConditionApex",
          description: "Runners that are on.",
          assumed: true,
          attributes: {
            ...apexSizes,
            min_count: { type: { kind: "integer", min: 0 }, description: "Runners that are always on.", default: 0, example: "1" },
            cpu_threshold: { type: { kind: "percent" }, description: "A runner whose processors are busier than this, in percent, counts as loaded.", defaultNote: "no threshold", example: "80" },
            memory_threshold: { type: { kind: "percent" }, description: "A runner whose memory is fuller than this, in percent, counts as loaded.", defaultNote: "no threshold", example: "70" },
          },
          blocks: {},
        },
        nadir: { typeName: "ConditionNadir", description: "Runners that sleep.", assumed: true, attributes: nadirSizes, blocks: {} },
      },
    },
    policies: {
      typeName: "Policies",
      description: "Rules that UglyFox follows, in order; the first whose condition holds decides.",
      assumed: true,
      attributes: {},
      blocks: {
        rule: {
          typeName: "Rule",
          description: "One rule.",
          labels: ["name"],
          exampleLabel: "terminate_old_failed",
          many: true,
          attributes: {
            condition: {
              type: { kind: "condition" },
              description: "When it holds, over the fields of a runner.",
              required: true,
              example: '"failed_count >= 3 AND age > 1h"',
            },
            action: {
              type: { kind: "enum", values: ["terminate", "demote_to_nadir", "promote_to_apex", "recycle", "keep"] },
              description: "What happens then.",
              required: true,
              example: '"terminate"',
            },
          },
          blocks: {},
        },
      },
    },
  },
};
