import { type Fields, snakeCase, toArguments } from "../../../constructs/bindings/fields";

const FIELDS: Fields = {
  name: "s",
  arn: "s!",
  sha256: "s:sha_256",
  ipv6CidrBlocks: "Ls",
  tags: "Ms",
  passwordWo: "s^",
  rootBlockDevice: ["1L", { volumeSize: "n", tags: "Ms" }],
  ingress: ["@S0", { fromPort: "n", cidrBlocks: "Ls", self: "b" }],
  rules: ["M", { maxAge: "n" }],
  timeouts: ["@1", { create: "s" }],
};

const argumentsOf = (config: object): unknown => toArguments("aws_thing", FIELDS, config);

test("properties become the schema's names, with digits too", () => {
  expect(argumentsOf({ name: "a", sha256: "b", ipv6CidrBlocks: ["::/0"], passwordWo: "c" })).toEqual({ name: "a", sha_256: "b", ipv6_cidr_blocks: ["::/0"], password_wo: "c" });
});

test.each([
  ["rootBlockDevice", "root_block_device"],
  ["ipv6CidrBlocks", "ipv6_cidr_blocks"],
  ["s3UsEast1RegionalEndpoint", "s3_us_east1_regional_endpoint"],
  ["name", "name"],
])("%s → %s", (property, name) => expect(snakeCase(property)).toBe(name));

test("a user's own keys are left as they are", () => {
  const tags = { camelCase: "1", "gosling:egg": "web", With_Underscore: "2", "": "3" };
  expect(argumentsOf({ tags, rootBlockDevice: { tags } })).toEqual({ tags, root_block_device: { tags } });
  expect(argumentsOf({ rules: { myRule: { maxAge: 3 } } })).toEqual({ rules: { myRule: { max_age: 3 } } });
});

test("what is undefined is left out, on every level; null stays", () => {
  expect(argumentsOf({ name: undefined, sha256: null, rootBlockDevice: { volumeSize: undefined } })).toEqual({ sha_256: null, root_block_device: {} });
});

test("blocks may be one or many, whatever the schema's limit", () => {
  expect(argumentsOf({ rootBlockDevice: [{ volumeSize: 1 }, { volumeSize: 2 }] })).toEqual({ root_block_device: [{ volume_size: 1 }, { volume_size: 2 }] });
  expect(argumentsOf({ rootBlockDevice: [] })).toEqual({ root_block_device: [] });
});

test("objects that must have every key get null for what isn't given", () => {
  expect(argumentsOf({ ingress: [{ fromPort: 22 }] })).toEqual({ ingress: [{ from_port: 22, cidr_blocks: null, self: null }] });
  expect(argumentsOf({ timeouts: {} })).toEqual({ timeouts: {} });
});

test("expressions and tokens stand for a whole value", () => {
  const token = { resolve: () => [], creationStack: [], toString: () => "" };
  expect(argumentsOf({ ingress: "${var.rules}", tags: "${var.tags}" })).toEqual({ ingress: "${var.rules}", tags: "${var.tags}" });
  expect((argumentsOf({ ingress: token }) as { ingress: unknown }).ingress).toBe(token);
});

test("the input isn't changed, and may be frozen", () => {
  const config = Object.freeze({ ingress: Object.freeze([Object.freeze({ fromPort: 22 })]) });
  argumentsOf(config);
  expect(config).toEqual({ ingress: [{ fromPort: 22 }] });
});

test.each([
  [{ nmae: "a" }, 'aws_thing has no "nmae".'],
  [{ rootBlockDevice: { volume_size: 1 } }, 'aws_thing.rootBlockDevice has no "volume_size".'],
  [{ ingress: [{ fromPort: 1, port: 2 }] }, 'aws_thing.ingress has no "port".'],
  [{ arn: "arn:x" }, "aws_thing.arn can't be set: the provider fills it."],
  [{ toString: "a" }, 'aws_thing has no "toString".'],
])("%j is refused", (config, message) => expect(() => argumentsOf(config)).toThrow(message));
