import fc from "fast-check";
import { expression, joinTemplates, plainText, quoted, template, templateJson, templateText } from "../../constructs/template";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);
const arn = expression("aws_sqs_queue.queue.arn");
const text = fc.array(fc.oneof(fc.constantFrom("$", "%", "{", "}", '"', "\\", "\n", "é", "${var.a}", "$${", "\u0000"), fc.string()), { maxLength: 8 }).map((parts) => parts.join(""));

test("only an expression is evaluated; what a person wrote is not, even where it looks like one", () => {
  expect(templateText(template`a ${"${var.secret}"} b ${arn}:*`)).toBe("a $${var.secret} b ${aws_sqs_queue.queue.arn}:*");
  expect(plainText("%{ if true }")).toBe("%%{ if true }");
});

test("templates can stand in templates, and be joined", () => {
  const inner = template`x-${arn}`;
  expect(templateText(template`(${inner})`)).toBe("(x-${aws_sqs_queue.queue.arn})");
  expect(templateText(joinTemplates(["a", inner, "b"], " "))).toBe("a x-${aws_sqs_queue.queue.arn} b");
});

test("in JSON an expression stands inside quotes, or as what it is", () => {
  expect(templateJson({ b: [template`${arn}:*`, 1, true, null], a: expression("var.a"), list: { json: "var.list" }, none: undefined })).toBe(
    '{"a":"${var.a}","b":["${aws_sqs_queue.queue.arn}:*",1,true,null],"list":${jsonencode(var.list)}}',
  );
});

test("JSON without expressions keeps its meaning and holds nothing that the engine would evaluate", () => {
  fc.assert(
    fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text))), (data) => {
      const json = templateJson(data);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(data)));
      expect(json).not.toMatch(/[$%]\{/);
    }),
    { numRuns },
  );
});

test("a string inside an expression is quoted as the engine's language quotes", () => {
  expect(quoted('say "hi" \\ ${x}\n')).toBe('"say \\"hi\\" \\\\ $${x}\\n"');
  expect(quoted(template`a ${arn}`)).toBe('"a ${aws_sqs_queue.queue.arn}"');
});
