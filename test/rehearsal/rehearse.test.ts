import { Interrupts } from "../../src/engine";
import { type PlayedStack, rehearse, type RehearseOptions } from "../../src/rehearsal";
import { contentOf, folderWith } from "../support/folder";
import { describeWithEngines, testOnce } from "../support/engines";
import { poolFolder, runnersVariable } from "./pool-stack";
import { provider } from "./rehearsed-stack";

const { PATH } = process.env;
const limits = { apex: 2, total: 3 };

describeWithEngines("the rehearsal of a stack", (engine) => {
  const home = folderWith({});
  const play = async (folder: string, options: Partial<RehearseOptions> = {}) =>
    (await rehearse(folder, { engine: { ...engine, origin: "path" }, env: { PATH, HOME: home }, limits, ...options })) as PlayedStack;

  test.each(["aws", "yandex"] as const)("takes a pool on %s through its whole life", async (cloud) => {
    const folder = poolFolder(cloud);
    const before = contentOf(folder);
    const told: string[] = [];
    const result = await play(folder, { onEvent: (event) => void (event.kind === "begin" && told.push(event.step)) });
    expect(result.failure).toBeUndefined();
    expect(result.outcome).toBe("passed");
    expect(result.steps.map(({ name, outcome }) => [name, outcome])).toEqual(told.map((name) => [name, "passed"]));
    expect(told).toEqual(["validate", "plan", "apply", "plan again", "scale up", "pass the limits", "stop", "start", "scale down", "destroy"]);
    expect(result.objects.filter(({ type }) => /instance$/.test(type)).map(({ name }) => name)).toEqual(["rehearsal-1", "rehearsal-2", "rehearsal-3"]);
    expect(result.outputs).toEqual({ shared: "all" });
    expect(result.unknowable.some((each) => each.includes("start and stop"))).toBe(cloud === "yandex");
    expect(contentOf(folder)).toEqual(before);
  });

  testOnce(engine, "shows machines as on or off, and the last step's numbers", async () => {
    const { steps, objects } = await play(poolFolder("aws"));
    const states = objects.filter(({ type }) => type === "aws_instance").map(({ attributes }) => attributes["instance_state"]);
    expect(states).toEqual(["running", "running", "stopped"]);
    expect(steps.find(({ name }) => name === "stop")?.changes).toEqual({ add: 0, change: 2, remove: 0 });
    expect(steps.at(-1)?.changes).toEqual({ add: 0, change: 0, remove: 1 });
  });

  testOnce(engine, "fails where the stack lets more runners through than its Egg may have", async () => {
    const folder = poolFolder("yandex", { variable: { runners: { ...runnersVariable, validation: runnersVariable.validation.slice(1) } } });
    expect(await play(folder)).toMatchObject({ outcome: "failed", failure: { step: "pass the limits", message: "The stack accepts 3 runners on, where 2 may be.", diagnostics: [] } });
  });

  testOnce(engine, "fails where something is left to do after the apply", async () => {
    const folder = poolFolder("aws", { resource: { aws_sqs_queue: { a: { name: "a", tags: { at: "${timestamp()}" } } } } });
    expect(await play(folder)).toMatchObject({ outcome: "failed", failure: { step: "plan again", message: "After the apply there is still something to do: update aws_sqs_queue.a." } });
  });

  testOnce(engine, "tells the engine's words and the resource of what the provider refuses", async () => {
    const folder = poolFolder("aws", { resource: { aws_sqs_queue: { a: { name: "a", name_prefix: "b" } } } });
    const { outcome, failure, steps } = await play(folder);
    expect({ outcome, steps: steps.length, step: failure?.step }).toEqual({ outcome: "failed", steps: 1, step: "validate" });
    expect(failure?.diagnostics).toMatchObject([{ summary: "Attributes exclude each other", detail: 'Only one of "name", "name_prefix" can be set; "name", "name_prefix" are.' }]);
  });

  testOnce(engine, "shows what is there when the cloud fails half-way", async () => {
    const cloud = await provider();
    cloud.world.inject({ kind: "fail", operation: "create", type: "aws_instance", message: "InsufficientInstanceCapacity" });
    const result = await play(poolFolder("aws"), { provider: cloud });
    expect(result).toMatchObject({ outcome: "failed", failure: { step: "apply", diagnostics: [{ detail: "InsufficientInstanceCapacity", address: 'aws_instance.runner["rehearsal-1"]' }] } });
    expect(result.objects.map(({ type }) => type)).toEqual(["aws_iam_role"]);
  });

  testOnce(engine, "takes a stack without runners from plan to destroy, with values for its variables", async () => {
    const folder = poolFolder("yandex", { variable: { shared: { type: "string" } }, resource: { yandex_vpc_network: { a: { name: "${var.shared}" } } } });
    const result = await play(folder, { variables: { shared: "from the first stack", other: 1 } });
    expect(result.steps.map(({ name }) => name)).toEqual(["validate", "plan", "apply", "plan again", "destroy"]);
    expect(result.objects).toMatchObject([{ type: "yandex_vpc_network", name: "from the first stack" }]);
  });

  testOnce(engine, "stops where that is asked for", async () => {
    const interrupts = new Interrupts();
    const cloud = await provider();
    const hanging = cloud.world.inject({ kind: "hang", operation: "create", type: "aws_iam_role" });
    const playing = play(poolFolder("aws"), { provider: cloud, interrupts });
    await hanging.struck;
    interrupts.request();
    await expect(playing).rejects.toMatchObject({ code: "INTERRUPTED", exitCode: 130 });
  });

  test.each<[string, unknown, RegExp]>([
    ["starts processes", { resource: { terraform_data: { a: { provisioner: [{ "local-exec": { command: "touch started" } }] } } } }, /processes of this machine/],
    ["needs a provider that can't be played", { resource: { random_id: { a: { byte_length: 1 } } } }, /not hashicorp\/random/],
    ["reads another state", { resource: { aws_vpc_endpoint: {} }, data: { terraform_remote_state: { a: {} } } }, /another stack's state/],
    ["has nothing in a cloud", { resource: { terraform_data: { a: {} } } }, /nothing in a cloud/],
  ])("is refused for one that %s", async (_, stack, reason) => {
    const folder = folderWith({ "cdk.tf.json": JSON.stringify(stack) });
    expect(await rehearse(folder, { engine: { ...engine, origin: "path" }, env: { PATH, HOME: home } })).toEqual({ outcome: "skipped", reason: expect.stringMatching(reason) as string });
  });
});
