import { describeWithEngines } from "../support/engines";
import { exoticSchemaFile } from "./exotic-schema";
import { failure, provider, rehearsedStack } from "./rehearsed-stack";

const thing = (values: object) => ({ terraform: { required_providers: { aws: { source: "hashicorp/aws" } } }, provider: { aws: [{ region: "eu-central-1" }] }, resource: { aws_thing: { a: values } } });
const values = {
  number: 0.1,
  flags: [true, false],
  words: ["b", "a"],
  matrix: { x: [1, -1, "9007199254740993", 1.5] },
  object: { a: "text", b: [2, 1] },
  anything: { deep: [1, "two", { three: true }] },
  secret: "hidden",
  one: { name: "n" },
  many: [{ name: "first" }, { name: "second", mark: "set" }],
  each: [{ name: "b" }, { name: "a" }],
  keyed: { k: { name: "n" } },
  single: { name: "n" },
  group: { name: "n" },
  list: [{ name: "a", inner: [{ name: "x" }, { name: "y" }] }, { name: "b" }],
  set: [{ name: "b", inner: [{ name: "x", tags: ["t"] }] }, { name: "a", inner: [{ name: "y" }, { name: "z" }] }],
  map: { k: { name: "n" } },
};

describeWithEngines("values of every kind", (engine) => {
  test("are made, read back without a change, and changed", async () => {
    const cloud = await provider({ clouds: ["aws"], schemaFiles: { aws: exoticSchemaFile() } });
    const stack = rehearsedStack(engine, cloud, thing(values));
    await stack.apply({});
    expect((await stack.plan()).empty).toBe(true);

    const [made] = cloud.world.objects();
    const known = expect.stringMatching(/./) as string;
    expect(made?.attributes).toMatchObject({
      number: "0.1",
      matrix: { x: [1, -1, 9007199254740993n, 1.5] },
      one: { name: "n", own: known },
      many: [{ name: "first", own: known }, { name: "second", mark: "set" }],
      keyed: { k: { own: known } },
      single: { own: known },
      list: [{ name: "a", own: known, inner: [{ own: known }, { own: known }] }, { name: "b", inner: [] }],
      map: { k: { own: known } },
      numbers: [0],
      objects: [{ ip: known, port: 0 }],
    });

    stack.configure(thing({ ...values, number: 2, words: ["a", "b", "c"], set: [...values.set, { name: "c" }], list: values.list.slice(1), keyed: { ...values.keyed, l: { name: "m" } } }));
    expect((await stack.plan()).changes.map(({ action }) => action)).toEqual(["update"]);
    await stack.apply({});
    expect(cloud.world.objects()[0]?.attributes).toMatchObject({ number: 2, words: ["a", "b", "c"], list: [{ name: "b", own: known }], keyed: { l: { own: known } } });
    expect((await stack.plan()).empty).toBe(true);
    await stack.destroy();
    expect(cloud.world.objects()).toEqual([]);
  });

  test("that are left out are null, empty or the cloud's", async () => {
    const cloud = await provider({ clouds: ["aws"], schemaFiles: { aws: exoticSchemaFile() } });
    const stack = rehearsedStack(engine, cloud, thing({}));
    await stack.apply({});
    expect(cloud.world.objects()[0]?.attributes).toMatchObject({ number: null, many: null, single: null, list: [], set: [], map: {}, one: { name: expect.stringMatching(/./) as string } });
    expect((await stack.plan()).empty).toBe(true);
  });

  test("that are known after the apply only: in collections, blocks and a dynamic value", async () => {
    const cloud = await provider({ clouds: ["aws"], schemaFiles: { aws: exoticSchemaFile() } });
    const id = "${aws_thing.first.id}";
    const dynamic = { set: [{ for_each: "${toset([aws_thing.first.id])}", content: [{ name: "${set.value}" }] }] };
    const later = { number: "${length(aws_thing.first.id)}", words: [id, "known"], anything: id, object: { a: `prefix-${id}`, b: [1] }, list: [{ name: id }], each: [{ name: id }], dynamic };
    const stack = rehearsedStack(engine, cloud, { ...thing({}), resource: { aws_thing: { first: { number: 1 }, second: later } } });
    expect((await stack.plan()).summary).toMatchObject({ add: 2 });
    await stack.apply({});
    const first = cloud.world.objects().find(({ attributes }) => attributes["number"] === 1)?.id ?? "";
    expect(cloud.world.objects().find(({ id: other }) => other !== first)?.attributes).toMatchObject({ number: first.length, object: { a: `prefix-${first}` }, list: [{ name: first }], each: [{ name: first }], set: [{ name: first }] });
    expect((await stack.plan()).empty).toBe(true);
  });

  test("that are write-only reach no state and no world; sensitive ones are hidden by the engine", async () => {
    const cloud = await provider({ clouds: ["aws"], schemaFiles: { aws: exoticSchemaFile() } });
    const stack = rehearsedStack(engine, cloud, { ...thing({ password_wo: "once", secret: "hidden" }), output: { secret: { value: "${aws_thing.a.secret}" } } });
    expect((await failure(stack.plan())).message).toContain("Output refers to sensitive values");
    stack.configure(thing({ password_wo: "once", secret: "hidden" }));
    await stack.apply({});
    expect(JSON.stringify([cloud.world.objects(), await stack.resources()])).not.toContain("once");
    expect(cloud.world.objects()[0]?.attributes).toMatchObject({ secret: "hidden", password_wo: null });
    expect((await stack.plan()).empty).toBe(true);
  });
});
