import { execFileSync } from "node:child_process";
import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from "node:crypto";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import * as fc from "fast-check";
import { generateSshKey, isSameKey, publicKeyOf, sshFingerprint } from "../../src/secrets/ssh-key";
import { folderWith, writeFiles } from "../support/folder";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

/** Bytes that look random, and are these. */
const given = (bytes: Uint8Array) => {
  let position = 0;
  return (size: number): Buffer => Buffer.from(bytes.subarray(position, (position += size)));
};

const bytes = fc.uint8Array({ minLength: 36, maxLength: 36 });
const comment = fc.stringMatching(/^[ -~]{1,40}$/).filter((text) => text.trim() === text);
const bare = (publicKey: string): string => publicKey.split(" ").slice(0, 2).join(" ");

test("every key gives its own public half again, and the two fit each other", () => {
  fc.assert(
    fc.property(bytes, comment, (random, words) => {
      const { privateKey, publicKey } = generateSshKey(given(random), words);
      expect(publicKeyOf("file://key", privateKey)).toBe(bare(publicKey));
      expect(publicKeyOf("file://key", privateKey.replaceAll("\n", "\r\n"))).toBe(bare(publicKey));
      expect(privateKey.split("\n").every((line) => line.length <= 70)).toBe(true);

      const message = Buffer.from(words);
      const seed = createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", d: Buffer.from(random.subarray(0, 32)).toString("base64url"), x: pointOf(publicKey) }, format: "jwk" });
      const point = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: pointOf(publicKey) }, format: "jwk" });
      expect(verify(null, message, point, sign(null, message, seed))).toBe(true);
    }),
    { numRuns },
  );
});

function pointOf(publicKey: string): string {
  return Buffer.from(publicKey.split(" ")[1] ?? "", "base64").subarray(-32).toString("base64url");
}

test("whatever is cut, changed or added: it is noticed or does no harm, and the message tells nothing of the key", () => {
  fc.assert(
    fc.property(bytes, fc.nat(), fc.constantFrom("cut", "change", "add"), fc.stringMatching(/^[A-Za-z0-9+/]$/), (random, where, how, letter) => {
      const { privateKey, publicKey } = generateSshKey(given(random), "acme");
      const at = where % privateKey.length;
      const damaged = privateKey.slice(0, at) + (how === "cut" ? "" : letter + privateKey.slice(how === "change" ? at + 1 : at));
      let answer: string;
      try {
        answer = publicKeyOf("file://key", damaged);
      } catch (error) {
        expect(error).toMatchObject({ code: "SECRET_FORMAT" });
        const { message, hint } = error as Error & { hint: string };
        expect(message).toMatch(/^file:\/\/key is no (whole )?private key in OpenSSH's format$|^file:\/\/key is a key with a passphrase/);
        for (const line of privateKey.split("\n").slice(1, -2)) expect(message + hint).not.toContain(line);
        return;
      }
      // The comment may have changed, and how lines are broken.
      expect(answer).toBe(bare(publicKey));
    }),
    { numRuns },
  );
});

test.each([
  ["nothing", ""],
  ["a token", "glpat-canary"],
  ["a key of another format", "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIGNhbmFyeQ==\n-----END PRIVATE KEY-----\n"],
])("%s is no key, and is not repeated", (_, text) => {
  expect(() => publicKeyOf("aws-sm://a/b", text)).toThrow("aws-sm://a/b is no private key in OpenSSH's format");
});

test("a comment makes no difference", () => {
  expect(isSameKey("ssh-ed25519 AAAA one", "ssh-ed25519  AAAA two words\n")).toBe(true);
  expect(isSameKey("ssh-ed25519 AAAA one", "ssh-ed25519 AAAB one")).toBe(false);
});

const hasSsh = (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, "ssh-keygen")));
const describeWithSsh = hasSsh ? describe : describe.skip;

describeWithSsh(hasSsh ? "OpenSSH" : "OpenSSH (skipped: ssh-keygen is not on the PATH)", () => {
  const keygen = (...args: string[]): string => execFileSync("ssh-keygen", args, { encoding: "utf8" });
  const fileOf = (key: string): string => {
    const folder = folderWith({});
    writeFiles(folder, { key });
    chmodSync(join(folder, "key"), 0o600);
    return join(folder, "key");
  };

  test("reads our keys: the same public half, comment and fingerprint", () => {
    for (const words of ["gosling-acme-read", "a", "comments of every length: 1", "comments of every length: 12"]) {
      const { privateKey, publicKey } = generateSshKey(randomBytes, words);
      const file = fileOf(privateKey);
      expect(keygen("-y", "-f", file)).toBe(`${publicKey}\n`);
      expect(keygen("-l", "-f", file)).toBe(`256 ${sshFingerprint(publicKey)} ${words} (ED25519)\n`);
    }
  });

  test.each([["ed25519"], ["ecdsa"], ["rsa"]])("has made an %s key, and we read its public half", (type) => {
    const file = join(folderWith({}), "key");
    keygen("-q", "-t", type, "-N", "", "-f", file);
    expect(publicKeyOf("file://key", readFileSync(file, "utf8"))).toBe(bare(readFileSync(`${file}.pub`, "utf8").trim()));
  });

  test("has made a key with a passphrase, and we say why it can't be used", () => {
    const file = join(folderWith({}), "key");
    keygen("-q", "-t", "ed25519", "-N", "passphrase", "-f", file);
    expect(() => publicKeyOf("file://key", readFileSync(file, "utf8"))).toThrow("file://key is a key with a passphrase, which nobody is there to type");
  });

  test("signs with our key", () => {
    const { privateKey, publicKey } = generateSshKey(randomBytes, "acme");
    const folder = folderWith({ message: "hello" });
    execFileSync("ssh-keygen", ["-Y", "sign", "-q", "-n", "file", "-f", fileOf(privateKey), join(folder, "message")], { stdio: "ignore" });
    writeFiles(folder, { signers: `ada ${publicKey}\n` });
    expect(execFileSync("ssh-keygen", ["-Y", "verify", "-f", join(folder, "signers"), "-I", "ada", "-n", "file", "-s", join(folder, "message.sig")], { input: "hello", encoding: "utf8" })).toContain("Good");
  });
});
