import { randomBytes } from "node:crypto";
import { decodeKey, generateKey } from "../../src/secrets/state-key";

test("a new key has 32 bytes in base64, and can be decoded", () => {
  const key = generateKey(randomBytes);
  expect(key).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  expect(decodeKey("env://KEY", key).toString("base64")).toBe(key);
  expect(generateKey(randomBytes)).not.toBe(key);
});

test.each([["canary"], [""], [Buffer.alloc(31).toString("base64")], [Buffer.alloc(33).toString("base64")], [Buffer.alloc(32).toString("hex")], [`${Buffer.alloc(32).toString("base64")}\n`]])("%j is none, and is not repeated", (value) => {
  expect(() => decodeKey("env://KEY", value)).toThrow(expect.objectContaining({ code: "SECRET_FORMAT", message: "env://KEY is no key of 32 bytes in base64", hint: "Make one: gosling secrets generate env://KEY" }));
});
