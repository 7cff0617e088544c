import type { BlockSpec } from "../schema";
import { cloud, resources } from "./cloud";

/** `rift "NAME" { … }`: cache server and remote Docker host beside the runners. */
export const rift: BlockSpec = {
  typeName: "Rift",
  description: "Cache server and remote Docker host beside the runners.",
  labels: ["name"],
  exampleLabel: "main",
  attributes: {},
  blocks: {
    cloud: { ...cloud, required: true },
    resources: { ...resources, required: true, description: "How large its machine is." },
    cache: {
      typeName: "Cache",
      description: "The artifact cache.",
      assumed: true,
      attributes: {
        max_size: { type: { kind: "size", unit: "GB", min: 1 }, description: 'Largest size, in GB or as "100GiB"; the least recently used goes first.', default: 100, example: '"100GiB"' },
        max_age: { type: { kind: "duration", minSeconds: 60 }, description: "What has not been used this long is removed.", default: "30d", example: '"30d"' },
      },
      blocks: {},
    },
    docker: {
      typeName: "Docker",
      description: "The remote Docker engine.",
      attributes: { enabled: { type: { kind: "bool" }, description: "Whether runners may use it.", default: true, example: "true" } },
      blocks: {},
    },
    registry: {
      typeName: "Registry",
      description: "Mirror of container registries.",
      attributes: {
        mirror: {
          type: { kind: "list", of: { kind: "host" }, unique: true },
          description: "Registries whose images are kept here after the first pull.",
          default: [],
          example: '["docker.io", "registry.gitlab.com"]',
        },
      },
      blocks: {},
    },
  },
};
