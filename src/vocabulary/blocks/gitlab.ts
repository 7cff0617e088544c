import type { BlockSpec } from "../schema";

/** `gitlab { … }`: the project or group whose jobs the runners take. */
export const gitlab: BlockSpec = {
  typeName: "Gitlab",
  description: "The GitLab project or group whose jobs the runners take.",
  attributes: {
    server: { type: { kind: "host" }, description: "The GitLab server, a host name, with a port where it is not 443.", required: true, example: '"gitlab.com"' },
    project_id: { type: { kind: "integer", min: 1 }, description: "Number of the project. Exactly one of `project_id` and `group_id`.", example: "12345" },
    group_id: {
      type: { kind: "integer", min: 1 },
      description: "Number of the group: the runners serve all of its projects, new ones too. Exactly one of `project_id` and `group_id`.",
      example: "789",
    },
    api_token: {
      type: { kind: "secret" },
      description: "Token that creates and looks after the runner (scopes `create_runner`, `manage_runner`, `read_api`; with webhooks, and for a Job: `api`).",
      defaultNote: "`SCHEME://gitlab/{server}/{egg}/api-token`",
      example: '"aws-sm://team/my-app/api-token"',
    },
    runner_token: {
      type: { kind: "secret" },
      description: "The runner's authentication token (`glrt-…`).",
      defaultNote: "`SCHEME://gitlab/{server}/{egg}/runner-token`",
      example: '"aws-sm://team/my-app/runner-token"',
    },
    webhook_secret: {
      type: { kind: "secret" },
      description: "What GitLab's webhooks prove themselves with.",
      defaultNote: "`SCHEME://gitlab/{server}/{egg}/webhook-secret`",
      example: '"aws-sm://team/my-app/webhook-secret"',
    },
  },
  blocks: {},
  exactlyOne: [["project_id", "group_id"]],
};
