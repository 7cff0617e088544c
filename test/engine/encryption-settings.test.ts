import { checkEncryption, encryptionSettings, stateEncryption } from "../../src/engine";
import { checkNest } from "../../src/vocabulary";
import type { StateValues } from "../../src/vocabulary/types";
import { block } from "../vocabulary/inputs";

const TOFU = { name: "tofu", version: "1.12.6" } as const;
const TERRAFORM = { name: "terraform", version: "1.11.4" } as const;
const S3 = { backend: "s3", bucket: "acme-states", region: "eu-central-1" };

/** `nest.state`, checked. */
function state(attributes: Readonly<Record<string, unknown>>, encryption?: Readonly<Record<string, unknown>>): StateValues {
  const { values } = checkNest(block({ name: "acme" }, { state: block(attributes, encryption ? { encryption: block(encryption) } : {}) }));
  if (!values) throw new Error("the Nest is wrong");
  return values.state;
}

const read: string[] = [];
const resolve = (reference: string) => {
  read.push(reference);
  return Promise.resolve(Buffer.alloc(32, reference.length).toString("base64"));
};
beforeEach(() => read.splice(0));

describe("a shared state without a word about encryption", () => {
  test.each([
    [S3, "s3://acme-states/tofu-states"],
    [{ backend: "gitlab" }, "the Nest's GitLab project"],
  ])("is refused with an engine that can encrypt: %j", async (attributes, place) => {
    const error = { code: "STATE_UNENCRYPTED", message: `nest.fly: state in ${place} would be in clear, and it holds what others must not read.`, hint: expect.stringContaining("gosling secrets generate REF") as string };
    expect(() => checkEncryption(state(attributes), TOFU)).toThrow(expect.objectContaining(error) as Error);
    await expect(encryptionSettings(state(attributes), TOFU, resolve)).rejects.toMatchObject(error);
  });

  test("is a warning with one that can't", async () => {
    const settings = await encryptionSettings(state(S3), TERRAFORM, resolve);
    expect(stateEncryption(settings, TERRAFORM).warnings).toEqual([expect.stringContaining("Terraform 1.11.4 can't encrypt: the states in s3://acme-states/tofu-states")]);
  });

  test("is allowed where somebody said so, without a warning", async () => {
    const settings = await encryptionSettings(state(S3, { enabled: false }), TERRAFORM, resolve);
    expect(stateEncryption(settings, TERRAFORM)).toEqual({ extra: {}, warnings: [], keys: [] });
    expect(() => checkEncryption(state(S3, { enabled: false }), TOFU)).not.toThrow();
  });
});

test("state of this machine is in clear unless a key is named", async () => {
  expect(stateEncryption(await encryptionSettings(state({}), TOFU, resolve), TOFU)).toEqual({ extra: {}, warnings: [], keys: [] });
  expect(stateEncryption(await encryptionSettings(state({}), TERRAFORM, resolve), TERRAFORM).warnings).toEqual([]);
  expect(stateEncryption(await encryptionSettings(state({}, { key: "env://STATE_KEY" }), TOFU, resolve), TOFU).keys).toEqual(["env://STATE_KEY"]);
});

test("both keys are read behind their references", async () => {
  const encryption = { key: "aws-sm://gosling/key", previous_key: "aws-sm://gosling/key#AWSPREVIOUS" };
  const settings = await encryptionSettings(state(S3, encryption), TOFU, resolve);
  expect(read).toEqual(["aws-sm://gosling/key", "aws-sm://gosling/key#AWSPREVIOUS"]);
  expect(stateEncryption(settings, TOFU).keys).toEqual(read);
});

test("no key is read for an engine that has no use for it", async () => {
  await encryptionSettings(state(S3, { key: "aws-sm://gosling/key" }), TERRAFORM, resolve);
  expect(read).toEqual([]);
});
