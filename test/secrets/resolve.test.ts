import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentStore, fileStore, secretResolver } from "../../src/secrets";

let folder: string;
let nest: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gosling-secrets-"));
  nest = join(folder, "nest");
  await mkdir(join(nest, "secrets"), { recursive: true });
});

afterEach(() => rm(folder, { recursive: true }));

const resolve = (env: Record<string, string>, reference: string): Promise<string> => secretResolver([environmentStore(env), fileStore(nest)])(reference);

describe("env://", () => {
  test.each([
    ["value", "value"],
    ["value\n", "value"],
    ["two\nlines\n\n", "two\nlines\n"],
    [" spaces stay ", " spaces stay "],
  ])("%j gives %j", async (content, value) => {
    await expect(resolve({ TOKEN: content }, "env://TOKEN")).resolves.toBe(value);
  });

  test.each([[{}], [{ TOKEN: "" }], [{ TOKEN: "\n" }]])("%j: nothing is there", async (env) => {
    await expect(resolve(env, "env://TOKEN")).rejects.toMatchObject({ code: "SECRET_MISSING", message: "there is nothing behind env://TOKEN", hint: "Set the environment variable TOKEN." });
  });
});

describe("file://", () => {
  test("gives the whole content but one newline at its end", async () => {
    await writeFile(join(nest, "secrets/key"), "-----BEGIN\nMII\n-----END\r\n");
    await expect(resolve({}, "file://secrets/key")).resolves.toBe("-----BEGIN\nMII\n-----END");
  });

  test("reads the file anew each time", async () => {
    await writeFile(join(nest, "secrets/key"), "old");
    await expect(resolve({}, "file://secrets/key")).resolves.toBe("old");
    await writeFile(join(nest, "secrets/key"), "new");
    await expect(resolve({}, "file://secrets/key")).resolves.toBe("new");
  });

  test("a missing or empty file is a missing secret", async () => {
    await expect(resolve({}, "file://secrets/key")).rejects.toMatchObject({ code: "SECRET_MISSING" });
    await writeFile(join(nest, "secrets/key"), "\n");
    await expect(resolve({}, "file://secrets/key")).rejects.toMatchObject({ code: "SECRET_MISSING" });
    await expect(resolve({}, "file://secrets/key/more")).rejects.toMatchObject({ code: "SECRET_MISSING" });
  });

  test("what can't be read says why and never shows the content", async () => {
    await writeFile(join(nest, "secrets/binary"), Buffer.from([0xff, 0xfe, 0x41]));
    await expect(resolve({}, "file://secrets/binary")).rejects.toMatchObject({ code: "SECRET_UNREADABLE", message: "file://secrets/binary can't be read: it is no UTF-8 text" });
    await writeFile(join(nest, "secrets/long"), "x".repeat(200_000));
    await expect(resolve({}, "file://secrets/long")).rejects.toMatchObject({ code: "SECRET_UNREADABLE" });
    await expect(resolve({}, "file://secrets")).rejects.toMatchObject({ code: "SECRET_UNREADABLE" });
    await writeFile(join(folder, "outside"), "value");
    await symlink(join(folder, "outside"), join(nest, "secrets/link"));
    await expect(resolve({}, "file://secrets/link")).rejects.toMatchObject({ code: "SECRET_UNREADABLE", message: "file://secrets/link can't be read: it is a symbolic link that leaves the Nest" });
  });
});

test("a reference that nothing here can read is named", async () => {
  await expect(resolve({}, "aws-sm://team/token")).rejects.toMatchObject({ code: "SECRET_BACKEND", message: "aws-sm://team/token can't be read here: there are env:// and file:// only" });
});

test("text that is no reference is not repeated: it may be the secret itself", async () => {
  const error = await resolve({}, "glrt-abcdefghijklmnopqrst").catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "SECRET_REFERENCE" });
  expect(String(error)).not.toContain("glrt-");
});
