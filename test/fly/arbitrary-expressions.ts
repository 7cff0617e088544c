import fc from "fast-check";

type Kind = "number" | "string" | "bool" | "collection" | "any";

/**
 * Expressions that mean something most of the time: literals, operators, conditionals, `for`, splats and calls
 * over a few small values, so that types meet in all combinations. What Fly refuses on purpose where the engines
 * do not (keys given twice, null as a bool, division by zero with %) is left out.
 */
export function arbitraryExpression(): fc.Arbitrary<string> {
  return fc.letrec<Record<Kind, string>>((tie) => {
    const [number, string, bool, collection, any] = [tie("number"), tie("string"), tie("bool"), tie("collection"), tie("any")];
    const call = (names: string, ...args: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
      fc.tuple(fc.constantFrom(...names.split(" ")), fc.tuple(...args)).map(([name, values]) => `${name}(${values.join(", ")})`);
    const keys = fc.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 3 });
    const object = fc.tuple(keys, fc.array(any, { minLength: 3, maxLength: 3 })).map(([names, values]) => `{ ${names.map((name, index) => `${name} = ${values[index]}`).join(", ")} }`);
    const list = (item: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.array(item, { maxLength: 3 }).map((items) => `[${items.join(", ")}]`);
    const conditional = (result: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.tuple(bool, result, result).map(([condition, a, b]) => `(${condition} ? ${a} : ${b})`);
    const operation = (operators: readonly string[], operand: fc.Arbitrary<string>): fc.Arbitrary<string> =>
      fc.tuple(operand, fc.constantFrom(...operators), operand).map(([a, operator, b]) => `(${a} ${operator} ${b})`);
    const options = { depthSize: "small", withCrossShrink: true } as const;
    return {
      number: fc.oneof(
        options,
        { weight: 4, arbitrary: fc.constantFrom("0", "1", "2", "10", "1.5", "0.1", "-3", "1e3", "12345678901234567890", "(1 / 3)", '"10"') },
        { weight: 2, arbitrary: operation(["+", "-", "*", "/"], number) },
        { weight: 1, arbitrary: call("abs ceil floor", number) },
        { weight: 1, arbitrary: call("max min", number, number) },
        { weight: 1, arbitrary: call("length sum", fc.oneof(collection, list(number))) },
        { weight: 1, arbitrary: conditional(number) },
      ),
      string: fc.oneof(
        options,
        { weight: 4, arbitrary: fc.constantFrom('""', '"a"', '"b"', '"1"', '"true"', '"é"', '"a,b"', '"x y"') },
        { weight: 1, arbitrary: call("upper lower title strrev trimspace tostring jsonencode yamlencode", any) },
        { weight: 1, arbitrary: call("join", string, list(string)) },
        { weight: 1, arbitrary: call("replace", string, string, string) },
        { weight: 1, arbitrary: call("substr", string, fc.constantFrom("0", "1", "-1"), fc.constantFrom("1", "-1", "5")) },
        { weight: 1, arbitrary: fc.tuple(fc.constantFrom("%s", "%v", "%5.2f", "%d", "%q", "%x", "%-6v|", "%+g", "%e"), any).map(([verb, value]) => `format("${verb}", ${value})`) },
        { weight: 2, arbitrary: fc.tuple(any, any).map(([a, b]) => `"\${${a}}-\${${b}}"`) },
        { weight: 1, arbitrary: conditional(string) },
      ),
      bool: fc.oneof(
        options,
        { weight: 3, arbitrary: fc.constantFrom("true", "false") },
        { weight: 3, arbitrary: operation(["==", "!="], any) },
        { weight: 1, arbitrary: operation(["<", "<=", ">", ">="], number) },
        { weight: 1, arbitrary: operation(["&&", "||"], bool) },
        { weight: 1, arbitrary: bool.map((value) => `!${value}`) },
        { weight: 1, arbitrary: call("contains", collection, any) },
        { weight: 1, arbitrary: call("alltrue anytrue", list(bool)) },
        { weight: 1, arbitrary: call("can", any) },
      ),
      collection: fc.oneof(
        options,
        { weight: 3, arbitrary: list(any) },
        { weight: 2, arbitrary: fc.oneof(list(number), list(string), list(bool)) },
        { weight: 3, arbitrary: object },
        { weight: 2, arbitrary: call("tolist toset distinct reverse compact sort flatten", fc.oneof(list(number), list(string), collection)) },
        { weight: 1, arbitrary: call("tomap values keys", fc.oneof(object, collection)) },
        { weight: 1, arbitrary: call("concat setunion setintersection setsubtract setproduct coalescelist", collection, collection) },
        { weight: 1, arbitrary: call("merge", object, fc.oneof(object, collection)) },
        { weight: 1, arbitrary: call("zipmap", list(string), collection) },
        { weight: 1, arbitrary: call("chunklist", collection, fc.constantFrom("1", "2")) },
        { weight: 1, arbitrary: call("split", string, string) },
        { weight: 1, arbitrary: call("formatlist", fc.constantFrom('"%s"', '"%v"'), collection) },
        { weight: 1, arbitrary: fc.tuple(collection, fc.constantFrom("x", "[x]", '"${x}"', "{ a = x }")).map(([items, result]) => `[for x in ${items} : ${result}]`) },
        { weight: 1, arbitrary: collection.map((items) => `[for k, v in ${items} : [k, v]]`) },
        { weight: 1, arbitrary: collection.map((items) => `{ for k, v in ${items} : k => v }`) },
        { weight: 1, arbitrary: collection.map((items) => `{ for k, v in ${items} : v => k... }`) },
        { weight: 1, arbitrary: fc.tuple(collection, fc.constantFrom("", ".a", "[0]", ".a[*].b")).map(([items, steps]) => `${items}[*]${steps}`) },
        { weight: 2, arbitrary: conditional(collection) },
      ),
      any: fc.oneof(
        options,
        { weight: 4, arbitrary: fc.oneof(number, string, bool) },
        { weight: 3, arbitrary: collection },
        { weight: 1, arbitrary: fc.constant("null") },
        { weight: 2, arbitrary: conditional(any) },
        { weight: 1, arbitrary: fc.tuple(collection, fc.oneof(number, string)).map(([items, key]) => `${items}[${key}]`) },
        { weight: 1, arbitrary: fc.tuple(object, fc.constantFrom("a", "b")).map(([items, key]) => `${items}.${key}`) },
        { weight: 1, arbitrary: call("coalesce try", any, any) },
        { weight: 1, arbitrary: call("lookup", object, fc.constantFrom('"a"', '"b"'), any) },
        { weight: 1, arbitrary: call("element", collection, fc.constantFrom("0", "1", "5")) },
        { weight: 1, arbitrary: call("one tonumber tobool tostring", any) },
      ),
    };
  }).any;
}
