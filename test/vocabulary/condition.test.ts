import fc from "fast-check";
import { type Condition, type Operand, formatCondition, readCondition } from "../../src/vocabulary/condition";
import { parseCondition } from "../../src/vocabulary/condition-check";

function canonical(text: string): string {
  const read = parseCondition(text);
  return read.ok ? formatCondition(read.condition) : read.errors.map((error) => error.message).join("; ");
}

/** Errors as `message @ the text that is meant → suggestion`. */
function errors(text: string): readonly string[] {
  const read = parseCondition(text);
  if (read.ok) return [];
  return read.errors.map(({ message, start, end, suggestion }) => `${message} @ ${text.slice(start, end)}${suggestion === undefined ? "" : ` → ${suggestion}`}`);
}

describe("a condition", () => {
  test.each([
    ["failed_count >= 3 AND age > 1h", "failed_count >= 3 AND age > 1h"],
    ["state == 'apex' AND idle_time > 30m", "state == 'apex' AND idle_time > 30m"],
    ['state=="nadir"', "state == 'nadir'"],
    ["cpu > 80 or memory>70 and disk < 5", "cpu > 80 OR memory > 70 AND disk < 5"],
    ["(cpu > 80 or memory > 70) and disk < 5", "(cpu > 80 OR memory > 70) AND disk < 5"],
    ["((cpu > 80))", "cpu > 80"],
    ["not preemptible", "NOT preemptible"],
    ["NOT state IN ['apex', 'nadir']", "NOT state IN ['apex', 'nadir']"],
    ["not (cpu > 1 and disk > 2)", "NOT (cpu > 1 AND disk > 2)"],
    ["not not config_stale", "NOT NOT config_stale"],
    ["'docker' in tags", "'docker' IN tags"],
    ["egg != \"it's\"", "egg != \"it's\""],
    ["agent_version < '17.5.0'", "agent_version < '17.5.0'"],
    ["age >= 1h30m", "age >= 1h30m"],
    ["1h < age", "1h < age"],
    ["config_stale == TRUE", "config_stale == true"],
    ["cpu < memory", "cpu < memory"],
    ["type IN []", "type IN []"],
    ["cpu > 0.5", "cpu > 0.5"],
    ["true", "true"],
  ])("%s is read as %s", (text, expected) => expect(canonical(text)).toBe(expected));

  test("knows where each of its parts stands", () => {
    const read = parseCondition("cpu > 80 AND NOT preemptible");
    expect(read).toEqual({
      ok: true,
      condition: {
        kind: "and",
        start: 0,
        end: 28,
        operands: [
          { kind: "comparison", operator: ">", start: 0, end: 8, left: { kind: "field", name: "cpu", start: 0, end: 3 }, right: { kind: "number", value: 80, start: 6, end: 8 } },
          { kind: "not", start: 13, end: 28, operand: { kind: "field", name: "preemptible", start: 17, end: 28 } },
        ],
      },
    });
  });

  test.each([
    ["", "it is empty @ "],
    ["cpu >", "a field or a value is expected here @ "],
    ["cpu > 80 AND", "a field or a value is expected here @ "],
    ["cpu 80", "AND, OR or the end is expected here @ 80"],
    ["(cpu > 80", '")" is expected here, to close the "(" @ '],
    ["state IN ['apex'", '"]" is expected here, to close the "[" @ '],
    ["state IN [egg]", "a list holds plain values @ egg"],
    ["state NOT IN ['apex']", "NOT stands before the whole comparison: NOT state IN […] @ NOT"],
    ["1 < cpu < 3", "comparisons can't be chained; join them by AND @ <"],
    ["(cpu > 1) == true", "what is in parentheses can't be compared @ =="],
    ["cpu > 1 && disk > 2", '"&&" has no meaning here @ && → AND'],
    ["cpu > 1 || disk > 2", '"||" has no meaning here @ || → OR'],
    ["!preemptible", '"!" has no meaning here @ ! → NOT'],
    ["cpu = 1", '"=" has no meaning here @ = → =='],
    ["state == 'apex", "this string is never closed @ 'apex"],
    ["age > 1h30", "a number or a duration such as 90s, 10m or 1h30m is expected here @ 1h30"],
    ["age > 10min", "a number or a duration such as 90s, 10m or 1h30m is expected here @ 10min"],
    ["'apex'", "a comparison is expected after it @ 'apex'"],
    ["🦊 > 1", '"🦊" has no meaning here @ 🦊'],
    [`${"(".repeat(101)}cpu > 1${")".repeat(101)}`, "it nests deeper than 100 levels @ ("],
    [`${"NOT ".repeat(101)}preemptible`, "it nests deeper than 100 levels @ NOT"],
  ])("%j can't be read: %s", (text, expected) => expect(errors(text)).toEqual([expected]));

  test.each([
    ["stat == 'apex'", ['there is no field "stat" @ stat → state']],
    ["state == apex", ["there is no field \"apex\" @ apex → 'apex'"]],
    ["constructor > 1", ['there is no field "constructor" @ constructor']],
    ["foo > 1 AND bar > 2", ['there is no field "foo" @ foo', 'there is no field "bar" @ bar']],
    ["state == 'apx'", ["it can only be one of 'apex', 'nadir', 'provisioning', 'failed' @ 'apx' → 'apex'"]],
    ["state IN ['apex', 'nadri']", ["it can only be one of 'apex', 'nadir', 'provisioning', 'failed' @ 'nadri' → 'nadir'"]],
    ["age > 60", ["age is a duration and 60 is a number: they can't be compared @ age > 60"]],
    ["cpu > 1h", ["cpu is a number and 1h is a duration: they can't be compared @ cpu > 1h"]],
    ["cpu > '80'", ["cpu is a number and '80' is a string: they can't be compared @ cpu > '80'"]],
    ["preemptible == 'true'", ["preemptible is a boolean and 'true' is a string: they can't be compared @ preemptible == 'true'"]],
    ["tags == 'docker'", ["tags is a list and 'docker' is a string: they can't be compared @ tags == 'docker'"]],
    ["state > 'apex'", ["state has no order: only == and != compare it @ state > 'apex'"]],
    ["egg < 'b'", ["egg has no order: only == and != compare it @ egg < 'b'"]],
    ["preemptible > false", ["preemptible has no order: only == and != compare it @ preemptible > false"]],
    ["state == status", ["state is one of 'apex', 'nadir', 'provisioning', 'failed' and status is one of 'idle', 'busy', 'offline', 'starting': they can't be compared @ state == status"]],
    ["age", ["age is a duration: compare it with something @ age"]],
    ["NOT egg", ["egg is a string: compare it with something @ egg"]],
    ["cpu IN 80", ["IN asks for a list, and 80 is a number @ 80"]],
    ["1 IN tags", ["1 is a number and an item of tags is a string: they can't be compared @ 1 IN tags"]],
    ["cpu IN [1, '2']", ["cpu is a number and '2' is a string: they can't be compared @ '2'"]],
    ["agent_version < 17", ["agent_version is a version and 17 is a number: they can't be compared @ agent_version < 17"]],
    ["agent_version < 'new'", ["a version such as '17.5.0' is expected @ 'new'"]],
  ])("%s is refused", (text, expected) => expect(errors(text)).toEqual(expected));

  test("what is written reads back the same", () => {
    fc.assert(
      fc.property(conditions, (condition) => {
        const text = formatCondition(condition);
        const read = readCondition(text);
        if (!read.ok) throw new Error(`${text}: ${read.error.message}`);
        expect(formatCondition(read.condition)).toBe(text);
        expect(withoutPlaces(read.condition)).toEqual(withoutPlaces(condition));
      }),
    );
  });

  test("any text is read or refused, and never more", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(fc.constantFrom("cpu", "age", ">", "(", ")", "AND", "not", "1h", "80", "'a'", "[", "]", ",", "in", " ")).map((words) => words.join(" "))), (text) => {
        const read = parseCondition(text);
        if (!read.ok) for (const { start, end } of read.errors) expect(0 <= start && start <= end && end <= text.length).toBe(true);
      }),
    );
  });
});

const place = { start: 0, end: 0 };
const operands: fc.Arbitrary<Operand> = fc.oneof(
  fc.constantFrom("cpu", "age", "state").map((name): Operand => ({ kind: "field", name, ...place })),
  fc.boolean().map((value): Operand => ({ kind: "boolean", value, ...place })),
  fc.nat().map((value): Operand => ({ kind: "number", value, ...place })),
  fc.stringMatching(/^[a-z "]*$/).map((value): Operand => ({ kind: "string", value, ...place })),
  fc.nat(1000).map((minutes): Operand => ({ kind: "duration", seconds: minutes * 60, text: `${minutes}m`, ...place })),
);

/** Conditions as the reader would build them: no AND straight inside an AND. */
const conditions: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    fc.tuple(fc.constantFrom("==", "<", "IN"), operands, operands).map(([operator, left, right]): Condition => ({ kind: "comparison", operator, left, right, ...place })),
    fc.tuple(fc.constantFrom("and", "or"), fc.array(tie("condition"), { minLength: 2, maxLength: 3 })).map(([kind, parts]): Condition => ({ kind, operands: parts, ...place })),
    tie("condition").map((operand): Condition => ({ kind: "not", operand, ...place })),
  ),
})).condition;

function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "start" && key !== "end")
      .map(([key, item]) => [key, withoutPlaces(item)]),
  );
}
