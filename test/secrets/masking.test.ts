import { createMasker } from "../../src/secrets/masking";

const mask = (secrets: readonly string[], text: string): string => createMasker(secrets).mask(text);

test.each<[string, readonly string[], string, string]>([
  ["a value", ["hunter22"], "password hunter22!", "password ***MASKED***!"],
  ["twice in a row", ["hunter22"], "hunter22hunter22", "***MASKED******MASKED***"],
  ["overlapping secrets, no part of either left", ["abcdef", "defghi"], "xabcdefghix", "x***MASKED***x"],
  ["a secret inside another one", ["inner123", "before-inner123-after"], "before-inner123-after inner123", "***MASKED*** ***MASKED***"],
  ["base64", ["hunter22"], `Basic ${Buffer.from("hunter22").toString("base64")}`, "Basic ***MASKED***"],
  ["a URL", ["p@ss/w rd"], "https://user:p%40ss%2Fw%20rd@host and p%40ss%2fw+rd", "https://user:***MASKED***@host and ***MASKED***"],
  ["JSON", ['say "yes"\n'], '{"a":"say \\"yes\\"\\n"}', '{"a":"***MASKED***"}'],
  ["JSON as Go writes it", ["a<b>&c1234"], '"a\\u003cb\\u003e\\u0026c1234"', '"***MASKED***"'],
  ["JSON in JSON", ['say "yes"\n'], JSON.stringify({ body: JSON.stringify({ a: 'say "yes"\n' }) }), '{"body":"{\\"a\\":\\"***MASKED***\\"}"}'],
  ["a plan's HCL", ['a"${b}%{c}'], 'value = "a\\"$${b}%%{c}"', 'value = "***MASKED***"'],
  ["JSON in capital hex", ["pässword"], '"p\\u00E4ssword" "p\\u00e4ssword"', '"***MASKED***" "***MASKED***"'],
  ["base64 in lines", ["0123456789abcdef".repeat(6)], Buffer.from("0123456789abcdef".repeat(6)).toString("base64").replace(/.{76}/g, "$&\n"), "***MASKED***\n***MASKED***"],
  ["one line of a key", ["-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----"], "line: MIIEvQIBADANBg", "line: ***MASKED***"],
  ["no secrets", [], "text", "text"],
  ["an empty secret", [""], "text", "text"],
])("masks %s", (_title, secrets, text, expected) => {
  expect(mask(secrets, text)).toBe(expected);
});

describe("a stream", () => {
  test("holds back only what may be the beginning of a secret", () => {
    const stream = createMasker(["hunter22"]).stream();
    expect(stream.write(Buffer.from("all is well, hun")).toString()).toBe("all is well, ");
    expect(stream.write(Buffer.from("gry\n")).toString()).toBe("hungry\n");
    expect(stream.write(Buffer.from("hunter")).toString()).toBe("");
    expect(stream.write(Buffer.from("22 ok\n")).toString()).toBe("***MASKED*** ok\n");
    expect(stream.end().toString()).toBe("");
  });

  test("shows at its end what turned out to be no secret", () => {
    const stream = createMasker(["hunter22"]).stream();
    expect(stream.write(Buffer.from("hunter")).toString()).toBe("");
    expect(stream.end().toString()).toBe("hunter");
  });

  test("keeps its memory small while secrets overlap without end", () => {
    const stream = createMasker(["aaaaaaaa"]).stream();
    let shown = "";
    for (let i = 0; i < 1000; i++) shown += stream.write(Buffer.from("aaa")).toString();
    expect(shown + stream.end().toString()).toBe("***MASKED***");
  });
});
