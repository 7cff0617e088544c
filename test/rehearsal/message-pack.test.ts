import fc from "fast-check";
import { decodeValue, encodeValue } from "../../src/rehearsal/message-pack";
import { fingerprint, UNKNOWN, type Value } from "../../src/rehearsal/values";

const RUNS = Number(process.env["FC_RUNS"] ?? 100);

const value = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant<Value>(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }).filter((number) => !Object.is(number, -0)),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).filter((number) => !Number.isSafeInteger(Number(number))),
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.constant<Value>(UNKNOWN),
    fc.array(tie("value"), { maxLength: 20 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 20 }),
  ),
})).value;

describe("values on the wire", () => {
  test("come back as they were", () => {
    fc.assert(
      fc.property(value, (each) => expect(fingerprint(decodeValue(encodeValue(each)))).toBe(fingerprint(each))),
      { numRuns: RUNS },
    );
  });

  test.each<[string, Value]>([
    ["a long text", "ж".repeat(70_000)],
    ["a long list", Array.from({ length: 70_000 }, (_, index) => index)],
    ["a large record", Object.fromEntries(Array.from({ length: 70_000 }, (_, index) => [`k${index}`, null]))],
  ])("%s too", (_, each) => expect(decodeValue(encodeValue(each))).toEqual(each));

  test("every form of a number, a text and an unknown value can be read", () => {
    const read = (...bytes: number[]) => decodeValue(Uint8Array.from(bytes));
    expect([read(0xcc, 200), read(0xcd, 1, 0), read(0xce, 0, 1, 0, 0), read(0xd0, 0x80), read(0xd1, 0xff, 0), read(0xd2, 0xff, 0xff, 0, 0), read(0xe0), read(0xca, 0x3f, 0xc0, 0, 0)]).toEqual([200, 256, 65536, -128, -256, -65536, -32, 1.5]);
    expect([read(0xd9, 1, 97), read(0xda, 0, 1, 97), read(0xdb, 0, 0, 0, 1, 97), read(0xdc, 0, 1, 0xc0), read(0xde, 0, 1, 0xa1, 97, 1)]).toEqual(["a", "a", "a", [null], { a: 1 }]);
    // The plain one, and one of which something is known: type 12, a map of what.
    expect([read(0xd4, 0, 0), read(0xc7, 3, 12, 0x81, 1, 0xc2), read(0xd6, 12, 0x81, 1, 0xc2, 0)]).toEqual([UNKNOWN, UNKNOWN, UNKNOWN]);
  });

  test("a key that JavaScript has a meaning for is a key like others", () => {
    const read = decodeValue(Uint8Array.from([0x81, 0xa9, ...Buffer.from("__proto__"), 0x81, 0xa1, 97, 1]));
    expect(Object.keys(read as object)).toEqual(["__proto__"]);
    expect(encodeValue(read)).toEqual(Buffer.from([0x81, 0xa9, ...Buffer.from("__proto__"), 0x81, 0xa1, 97, 1]));
  });

  test("what is cut off, or goes on, is refused", () => {
    fc.assert(
      fc.property(value, fc.nat(), (each, cut) => {
        const bytes = encodeValue(each);
        expect(() => decodeValue(bytes.subarray(0, cut % bytes.length))).toThrow(RangeError);
        expect(() => decodeValue(Buffer.concat([bytes, Buffer.from([0xc0])]))).toThrow("bytes after the value");
      }),
      { numRuns: RUNS },
    );
  });
});
