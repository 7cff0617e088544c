import { GoslingError } from "../../../src/vocabulary/error";
import type { ApexNadirPool } from "../../apex-nadir-pool";
import { TerraformData } from "../../bindings/terraform-data";
import { canonicalJson } from "../../canonical-json";
import type { Construct } from "../../cdktf";
import { literalJson } from "../../literal";
import type { Cloud, RunnerResources, UnitSpecification } from "../cloud";
import { CONFIGURATION_LIMIT, runnerCommand } from "./commands";

/**
 * This machine as a cloud: a runner is a folder with a record, and while it is on a process. The
 * engine's built-in `terraform_data` keeps both, so no provider is needed.
 */
export const localCloud: Cloud = { name: "local", makeMachines, makeServerless };

/**
 * Children: `runner` (one instance per runner: its folder and record) and `process` (one per runner that
 * is on). The commands are in `commands.ts`.
 */
function makeMachines(scope: Construct, unit: UnitSpecification, pool: ApexNadirPool): RunnerResources {
  const runner = new TerraformData(scope, "runner", {
    forEach: `\${${pool.runners}}`,
    input: { id: "${each.key}", ...recordOf(unit) },
    // A runner keeps the configuration, and the name of the Egg, that it was made with.
    lifecycle: { ignoreChanges: ["input"] },
    provisioners: [runnerCommand("create"), runnerCommand("remove")],
  });
  new TerraformData(scope, "process", {
    forEach: `\${${pool.runnersOn}}`,
    input: { id: `\${${runner.address}[each.key].input.id}`, egg: `\${${runner.address}[each.key].input.egg}` },
    lifecycle: { ignoreChanges: ["input"], replaceTriggeredBy: [`${runner.address}[each.key].id`] },
    provisioners: [runnerCommand("start"), runnerCommand("stop")],
  });
  return { runners: `{ for id, runner in ${runner.address} : id => { egg = runner.input.egg, revision = runner.input.revision } }` };
}

/** Child: `registration`. A service on this machine starts one process per job; until then nothing runs. */
function makeServerless(scope: Construct, unit: UnitSpecification): RunnerResources {
  new TerraformData(scope, "registration", { input: recordOf(unit) });
  return {};
}

function recordOf({ configuration }: UnitSpecification): { readonly egg: string; readonly revision: string; readonly configuration: string } {
  const json = literalJson(canonicalJson(configuration));
  const size = Buffer.byteLength(json);
  if (size > CONFIGURATION_LIMIT) {
    throw new GoslingError("CONFIGURATION_TOO_LARGE", `What the runners of ${configuration.egg} are told is ${size} bytes long; a local runner can be told ${CONFIGURATION_LIMIT}`, {
      hint: "Shorten startup_script, ca_certificate, environment or agent_config; a long script can be a file on the machine that startup_script runs.",
    });
  }
  return { egg: configuration.egg, revision: configuration.revision, configuration: json };
}
