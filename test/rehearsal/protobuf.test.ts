import fc from "fast-check";
import { bool, bytes, decodeMessage, encodeMessage, enumeration, inOneof, int64, many, mapOf, message, one, string } from "../../src/rehearsal/protobuf";

const RUNS = Number(process.env["FC_RUNS"] ?? 100);
const inner = message({ key: inOneof(string(1)), index: inOneof(int64(3)) });
const outer = message({ text: string(1), raw: bytes(2), flag: bool(4), count: int64(5), kind: enumeration(6), one: one(10, inner), many: many(16, inner), named: mapOf(2047, inner) });

const innerValue = fc.oneof(fc.record({ key: fc.string() }), fc.record({ index: fc.maxSafeInteger() }));
const outerValue = fc.record(
  { text: fc.string({ minLength: 1 }), raw: fc.uint8Array({ minLength: 1 }).map((each) => Buffer.from(each)), flag: fc.constant(true), count: fc.maxSafeInteger().filter(Boolean), kind: fc.integer({ min: 1, max: 9 }), one: innerValue, many: fc.array(innerValue, { minLength: 1, maxLength: 5 }), named: fc.dictionary(fc.string(), innerValue, { minKeys: 1, maxKeys: 5, noNullPrototype: true }) },
  { requiredKeys: [] },
);

describe("messages of the protocol", () => {
  test("come back as they were", () => {
    fc.assert(
      fc.property(outerValue, (value) => expect(decodeMessage(outer, encodeMessage(outer, value))).toEqual(value)),
      { numRuns: RUNS },
    );
  });

  test("may have a map with any key", () => {
    const value = { named: Object.fromEntries([["__proto__", { index: 1 }], ["constructor", { key: "a" }], ["", { index: 0 }]]) };
    expect(Object.entries(decodeMessage(outer, encodeMessage(outer, value)).named ?? {})).toEqual(Object.entries(value.named));
  });

  test("have the published form", () => {
    // Field 1, five bytes of text; field 5, the number 300 in two bytes.
    expect([...encodeMessage(outer, { text: "hello", count: 300 })]).toEqual([0x0a, 5, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x28, 0xac, 0x02]);
    expect([...encodeMessage(outer, { count: -1 })]).toEqual([0x28, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
  });

  test("leave zero values out, but not where their presence says which of several it is", () => {
    expect(encodeMessage(outer, { text: "", count: 0, flag: false })).toHaveLength(0);
    expect([...encodeMessage(inner, { index: 0 })]).toEqual([0x18, 0]);
    expect([...encodeMessage(outer, { many: [{}] })]).toEqual([0x82, 0x01, 0]);
  });

  test("skip fields that we don't know", () => {
    const unknown = [0x3d, 1, 2, 3, 4, 0x39, 1, 2, 3, 4, 5, 6, 7, 8, 0x3a, 1, 0, 0x38, 7];
    expect(decodeMessage(outer, Uint8Array.from([...unknown, 0x20, 1]))).toEqual({ flag: true });
  });

  test("are refused where they are cut off", () => {
    const whole = encodeMessage(outer, { one: { key: "hello" } });
    for (let length = 1; length < whole.length; length++) expect(() => decodeMessage(outer, whole.subarray(0, length))).toThrow(RangeError);
  });
});
