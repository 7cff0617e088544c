import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OPENTOFU_FINGERPRINT } from "../../src/engine/opentofu-key";
import { trustedKeys, verifySignature } from "../../src/engine/signature";

/** A real release of the project, as it was published; gpg finds its signature good. */
const name = "tofu_1.8.5_SHA256SUMS";
const file = (more = "") => readFileSync(join(__dirname, "opentofu-1.8.5", `${name}${more}`));
const NOW = Date.UTC(2026, 0, 1);

test("the key that comes with Gosling is OpenTofu's own, and has no end", async () => {
  const keys = await trustedKeys({});
  expect(keys.map((key) => key.getFingerprint())).toEqual([OPENTOFU_FINGERPRINT]);
  expect(OPENTOFU_FINGERPRINT.toUpperCase()).toBe("E3E6E43D84CB852EADB0051D0C0AF313E5FD9F80");
  expect(await keys[0]?.getExpirationTime()).toBe(Infinity);
});

describe("a real release's list of checksums", () => {
  const verify = async (content: Buffer, signature = file(".gpgsig"), now = NOW) => verifySignature({ name, content, signature, keys: await trustedKeys({}), now });

  test("is signed by that key", async () => {
    expect(await verify(file())).toBe(OPENTOFU_FINGERPRINT);
  });

  test.each<[string, (content: Buffer) => Buffer]>([
    ["one digit is another", (content) => Buffer.from(content.toString().replace("060941a5", "160941a5"))],
    ["something is added", (content) => Buffer.concat([content, Buffer.from("\n")])],
    ["its end is missing", (content) => content.subarray(0, -1)],
    ["it is empty", () => Buffer.alloc(0)],
  ])("is refused where %s", async (_what, change) => {
    await expect(verify(change(file()))).rejects.toMatchObject({ code: "ENGINE_SIGNATURE_BAD" });
  });

  test("is refused where the signature was made in the future", async () => {
    await expect(verify(file(), file(".gpgsig"), Date.UTC(2024, 0, 1))).rejects.toMatchObject({ code: "ENGINE_SIGNATURE_BAD" });
  });

  test.each([0, 1, 20, 100, 300, 565])("is refused where byte %i of the signature is another", async (index) => {
    const signature = file(".gpgsig");
    signature[index] = (signature[index] ?? 0) ^ 0x11;
    await expect(verify(file(), signature)).rejects.toMatchObject({ code: "ENGINE_SIGNATURE_BAD" });
  });
});
