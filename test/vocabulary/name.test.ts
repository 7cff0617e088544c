import { nameKey, parseName } from "../../src/vocabulary/name";

describe("a name", () => {
  test.each(["a", "my-app", "my_app", "App2", "1a", "a".repeat(63), "-", "_x"])("%s is one", (text) => expect(parseName(text)).toEqual({ ok: true, value: text }));

  test.each([
    ["", "it is empty"],
    ["a".repeat(64), "it is longer than 63 characters"],
    ["my app", "it may hold only letters, digits, - and _"],
    ["../x", "it may hold only letters, digits, - and _"],
    ["café", "it may hold only letters, digits, - and _"],
    ["a\n", "it may hold only letters, digits, - and _"],
  ])("%j is none: %s", (text, message) => expect(parseName(text)).toEqual({ ok: false, message }));

  test("case, - and _ tell no names apart", () => {
    expect(nameKey("My_App-1")).toBe(nameKey("my-app_1"));
    expect(nameKey("my-app")).not.toBe(nameKey("myapp"));
  });
});
