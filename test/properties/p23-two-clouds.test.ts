import fc from "fast-check";
import { load } from "js-yaml";
import { EggStack } from "../../constructs";
import { renderStack } from "../../src/synth/render-stack";
import { newApp } from "../constructs/egg-props";
import { type CloudName, eggOn, type PortableEgg, portableEgg, withoutCloud } from "../support/cloud-egg";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

type Body = Readonly<Record<string, unknown>>;
interface StackJson {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Body>>>>;
  readonly variable?: unknown;
}
interface CloudConfig {
  readonly apt?: unknown;
  readonly ca_certs?: unknown;
  readonly write_files: readonly { readonly path: string; readonly permissions: string; readonly content: string }[];
  readonly runcmd: readonly (readonly string[])[];
}

/** How a machine is set up, as far as a job can tell. */
interface Machine {
  readonly files: Readonly<Record<string, string>>;
  readonly trusted: unknown;
  readonly apt: unknown;
  readonly commands: readonly (readonly string[])[];
}

const stackOn = (egg: PortableEgg, cloud: CloudName): { readonly stack: StackJson; readonly made: EggStack["unit"] } => {
  const made = new EggStack(newApp(), "egg", { egg: eggOn(egg, cloud) });
  return { stack: JSON.parse(renderStack(made)) as StackJson, made: made.unit };
};

/** What goes to a cloud's log is the cloud's own. */
const OWN_FILES = /fluent-bit\.conf$|gosling-logs\.service$/;
/** Where the runner's secrets are; no job sees it. */
const PLACE = /^(AWS_REGION|YC_FOLDER_ID)=.*\n/m;
const LOGGING = /--log-driver .*?(?= \S+ runner run )/;

function machineOf(text: string): Machine {
  const { apt, ca_certs: trusted, write_files: files, runcmd } = load(text) as CloudConfig;
  const kept = files.filter(({ path }) => !OWN_FILES.test(path));
  return {
    apt,
    trusted,
    files: Object.fromEntries(kept.map(({ path, permissions, content }) => [`${path} ${permissions}`, withoutCloud(content).replace(LOGGING, "LOGGING").replace(PLACE, "")])),
    commands: runcmd.filter((command) => !command.includes("gosling-logs.service")),
  };
}

/** A string of the engine's language, in an expression, as the engine reads it. */
function evaluated(text: string): string {
  return (JSON.parse(text) as string).replace(/([$%])\1\{/g, "$1{");
}

const userData: Readonly<Record<CloudName, (stack: StackJson) => string>> = {
  aws: (stack) => evaluated(/^\$\{base64gzip\((.*)\)\}$/s.exec(String(stack.resource["aws_instance"]?.["runner"]?.["user_data_base64"]))?.[1] ?? ""),
  yandex: (stack) => (stack.resource["yandex_compute_instance"]?.["runner"]?.["metadata"] as Record<string, string>)["user-data"]?.replace(/([$%])\1\{/g, "$1{") ?? "",
};

function toldToContainer(stack: StackJson): string {
  const task = stack.resource["aws_ecs_task_definition"]?.["task"];
  if (task) return (JSON.parse(String(task["container_definitions"])) as { environment: { name: string; value: string }[] }[])[0]?.environment.find(({ name }) => name === "GOSLING_RUNNER_CONFIGURATION")?.value ?? "";
  const { environment } = stack.resource["yandex_serverless_container"]?.["container"]?.["image"] as { environment: Record<string, string> };
  return environment["GOSLING_RUNNER_CONFIGURATION"] ?? "";
}

const parsed = (json: string): unknown => JSON.parse(withoutCloud(JSON.stringify(JSON.parse(json))));

test("P23: an Egg's runners behave alike on AWS and on Yandex Cloud: same environment, limits, tags and timeouts, set up by the same files", () => {
  fc.assert(
    fc.property(portableEgg, (egg) => {
      const [aws, yandex] = [stackOn(egg, "aws"), stackOn(egg, "yandex")];
      expect(parsed(JSON.stringify(aws.made.configuration))).toEqual(parsed(JSON.stringify(yandex.made.configuration)));
      expect(aws.made.configuration).toMatchObject({ tags: egg.runner.tags, environment: egg.environment, type: yandex.made.configuration.type });
      expect({ apex: aws.made.pool?.apexLimit, total: aws.made.pool?.totalLimit }).toEqual({ apex: yandex.made.pool?.apexLimit, total: yandex.made.pool?.totalLimit });
      if (aws.made.configuration.type === "serverless") {
        expect(parsed(toldToContainer(aws.stack))).toEqual(parsed(toldToContainer(yandex.stack)));
        expect(parsed(toldToContainer(yandex.stack))).toEqual(parsed(JSON.stringify(yandex.made.configuration)));
      } else {
        const machine = machineOf(userData.yandex(yandex.stack));
        expect(Object.keys(machine.files)).toEqual(expect.arrayContaining(["/etc/gosling/runner.env 0600", "/usr/local/lib/gosling/prepare 0755", "/etc/systemd/system/gosling-runner.service 0644"]));
        expect(machineOf(userData.aws(aws.stack))).toEqual(machine);
      }
    }),
    { numRuns },
  );
});
