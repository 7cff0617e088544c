import { randomBytes } from "node:crypto";
import { keySealing, noSealing, openSqliteStore } from "../../src/store";
import { deployment, now, sqlitePlace } from "../support/stores";

const newKey = (): string => randomBytes(32).toString("base64");
const PLAIN = Buffer.from("what nobody else may read");

test("opens what it sealed, and the same value never looks the same", async () => {
  const sealing = keySealing({ key: newKey() });
  const [one, other] = [await sealing.seal(PLAIN, "x"), await sealing.seal(PLAIN, "x")];
  expect(one.equals(other)).toBe(false);
  expect(await sealing.open(one, "x")).toEqual(PLAIN);
});

test("opens nothing that was put in another's place", async () => {
  const sealing = keySealing({ key: newKey() });
  await expect(sealing.open(await sealing.seal(PLAIN, "the record of a\n{}"), "the record of b\n{}")).rejects.toMatchObject({ code: "STORE_TAMPERED", message: expect.stringMatching(/^the record of b is not what/) });
});

test("opens what an old key sealed, and knows that it should be sealed again", async () => {
  const [before, key] = [newKey(), newKey()];
  const old = await keySealing({ key: before }).seal(PLAIN, "x");
  await expect(keySealing({ key }).open(old, "x")).rejects.toMatchObject({ code: "STORE_SEALED", hint: expect.stringContaining("old key") });
  const rotated = keySealing({ key, oldKeys: [before] });
  expect(await rotated.open(old, "x")).toEqual(PLAIN);
  expect(rotated.isCurrent(old)).toBe(false);
  expect(rotated.isCurrent(await rotated.seal(PLAIN, "x"))).toBe(true);
});

test("takes a value in clear only where it is told to, and a sealed one never without a key", async () => {
  const clear = await noSealing.seal(PLAIN, "x");
  await expect(keySealing({ key: newKey() }).open(clear, "x")).rejects.toMatchObject({ code: "STORE_SEALED" });
  expect(await keySealing({ key: newKey(), acceptPlain: true }).open(clear, "x")).toEqual(PLAIN);
  await expect(noSealing.open(await keySealing({ key: newKey() }).seal(PLAIN, "x"), "x")).rejects.toMatchObject({ code: "STORE_SEALED" });
});

test.each(["", "c2hvcnQ=", randomBytes(31).toString("base64"), randomBytes(33).toString("base64"), `${"x".repeat(43)}!`])("refuses the key %j without repeating it", (key) => {
  const refusal = (): unknown => keySealing({ key });
  expect(refusal).toThrow(expect.objectContaining({ code: "STATE_KEY_MALFORMED", hint: expect.stringContaining("openssl rand -base64 32") }));
  expect(refusal).toThrow(expect.objectContaining({ message: expect.not.stringContaining(key || "nothing") }));
});

test("a file is sealed again with another key, and then the old one is of no use", async () => {
  const [before, key] = [newKey(), newKey()];
  const place = sqlitePlace();
  const clear = place.open();
  const made = deployment("app");
  await clear.begin(made, new Map([["ab", "a configuration"]]));
  await clear.end("app", made.id, { result: "failed", at: now().toISOString(), reason: "a reason" });
  await clear.close();
  expect((await place.bytes()).includes('"revision"')).toBe(true);

  for (const [sealing, changed] of [[keySealing({ key: before, acceptPlain: true }), 3], [keySealing({ key, oldKeys: [before] }), 3], [keySealing({ key }), 0]] as const) {
    const store = openSqliteStore(place.path, { sealing });
    expect(await store.reseal()).toBe(changed);
    expect((await store.currentOf("app")).pending).toEqual(made.record);
    expect((await store.find(made.id))?.end?.reason).toBe("a reason");
    expect(await store.configuration("ab")).toBe("a configuration");
    await store.close();
    expect((await place.bytes()).includes('"revision"')).toBe(false);
  }
  const store = openSqliteStore(place.path, { sealing: keySealing({ key: before }) });
  await expect(store.currentOf("app")).rejects.toMatchObject({ code: "STORE_SEALED" });
  await store.close();
});
