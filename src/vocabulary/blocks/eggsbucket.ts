import type { BlockSpec } from "../schema";
import { neededBlocks, optionalBlocks, sharedAttributes } from "./egg";
import { gitlab } from "./gitlab";

/** `eggsbucket "NAME" { … }` */
export const eggsbucket: BlockSpec = {
  typeName: "EggsBucket",
  description: "Several projects and groups, also of several GitLab servers, that share one runner configuration: an Egg with `repositories` instead of `gitlab`.",
  labels: ["name"],
  exampleLabel: "team",
  attributes: sharedAttributes,
  blocks: {
    ...neededBlocks,
    repositories: {
      typeName: "Repositories",
      description: "The projects and groups that the runners serve.",
      required: true,
      attributes: {},
      blocks: {
        repo: {
          typeName: "Repo",
          description: "One project or group of the bucket.",
          labels: ["name"],
          exampleLabel: "api",
          many: true,
          required: true,
          attributes: {},
          blocks: { gitlab: { ...gitlab, required: true } },
        },
      },
    },
    ...optionalBlocks,
  },
};
