// The peer of bench/synth.ts: what somebody would write with cdktf alone, without reading, checking or
// caching anything. It makes the same resources for COUNT Eggs into the folder OUT.
"use strict";
const { App, DataResource, LocalBackend, TerraformOutput, TerraformStack, TerraformVariable } = require("cdktf");

const [count, outdir] = [Number(process.argv[2]), process.argv[3]];
const app = new App({ outdir, skipValidation: true });

for (let index = 0; index < count; index++) {
  const name = `egg-${index}`;
  const configuration = {
    agentConfig: { builds_dir: "/builds", docker: { privileged: true, volumes: ["/cache"] } },
    cloud: "local",
    egg: name,
    environment: { DOCKER_DRIVER: "overlay2", LANG: "C.UTF-8", PROJECT: `project-${index}` },
    executor: "docker",
    format: 1,
    locked: true,
    nest: "bench",
    protected: false,
    repositories: [{ name, projectId: index + 1, runnerToken: `file://gitlab/gitlab.example.com/${name}/runner-token`, url: "https://gitlab.example.com" }],
    revision: "000000000000",
    runUntagged: false,
    secrets: { NPM_TOKEN: "env://NPM_TOKEN" },
    tags: ["docker", "linux", `team-${index % 20}`],
    timeoutSeconds: 3600,
    type: "vm",
  };
  const stack = new TerraformStack(app, name);
  stack.addOverride("terraform.required_version", ">= 1.8.0");
  new LocalBackend(stack, { path: `../../../.gosling/state/${name}.tfstate` });
  new TerraformVariable(stack, "runners", {
    type: "map(object({ power = string, revision = string, shard = number, place = string }))",
    description: `The runners of ${name}: id => power ("on" or "off"), revision of the configuration that it was made with, shard, place.`,
    default: {},
    nullable: false,
    validation: [
      { condition: '${alltrue([for id in keys(var.runners) : can(regex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", id))])}', errorMessage: "The id of a runner has 1 to 128 letters, digits, \".\", \"_\" and \"-\", and starts with none of \".\" and \"-\"." },
      { condition: '${alltrue([for runner in values(var.runners) : contains(["on", "off"], runner.power)])}', errorMessage: 'The power of a runner is "on" or "off".' },
      { condition: "${alltrue([for runner in values(var.runners) : runner.shard >= 1 && floor(runner.shard) == runner.shard])}", errorMessage: "The shard of a runner is a whole number from 1." },
      { condition: '${length([for runner in values(var.runners) : runner if runner.power == "on"]) <= 3}', errorMessage: `${name} has at most 3 runners on (pool.apex.max_count).` },
      { condition: "${length(var.runners) <= 5}", errorMessage: `${name} has at most 5 runners, on and asleep (pool.apex.max_count and pool.nadir.max_count).` },
    ],
  });
  // The library has no iterator over an expression; it asks an iterator for nothing else.
  const forEach = (expression) => ({ _getForEachExpression: () => expression });
  const command = (word, more) => ({ type: "local-exec", command: `"$\${GOSLING_BIN:-gosling}" runner ${word} --egg \${self.input.egg} --id \${self.input.id}`, ...more });
  new DataResource(stack, "runner", {
    forEach: forEach("${{ for id, runner in var.runners : id => runner if runner.shard == 1 }}"),
    input: { id: "${each.key}", egg: name, revision: configuration.revision, configuration: JSON.stringify(configuration) },
    lifecycle: { ignoreChanges: ["input"] },
    provisioners: [command("create", { environment: { GOSLING_RUNNER_CONFIGURATION: "${self.input.configuration}" } }), command("remove", { when: "destroy" })],
  });
  new DataResource(stack, "process", {
    forEach: forEach('${{ for id, runner in var.runners : id => runner if runner.shard == 1 && runner.power == "on" }}'),
    input: { id: "${terraform_data.runner[each.key].input.id}", egg: "${terraform_data.runner[each.key].input.egg}" },
    lifecycle: { ignoreChanges: ["input"], replaceTriggeredBy: ["terraform_data.runner[each.key].id"] },
    provisioners: [command("start"), command("stop", { when: "destroy" })],
  });
  new TerraformOutput(stack, "revision", { value: configuration.revision, description: "Revision of the configuration that new runners are made with." });
  new TerraformOutput(stack, "machines", {
    value: "${{ for id, runner in terraform_data.runner : id => { egg = runner.input.egg, revision = runner.input.revision } }}",
    description: "The runners of this stack: id => the unit and the revision that each was made with.",
  });
}
app.synth();
