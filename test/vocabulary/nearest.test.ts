import { editDistance, nearest } from "../../src/vocabulary/nearest";

describe("editDistance", () => {
  test.each([
    ["", "", 0],
    ["cpu", "cpu", 0],
    ["cpu", "cup", 1],
    ["memroy", "memory", 1],
    ["kitten", "sitting", 3],
    ["", "abc", 3],
    ["é", "e", 1],
  ])("%j → %j takes %d edits", (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
    expect(editDistance(b, a)).toBe(edits);
  });

  test("beyond the limit it only says that it is beyond", () => {
    expect(editDistance("abcdef", "uvwxyz", 2)).toBe(3);
  });
});

describe("nearest", () => {
  const names = ["concurrent", "tags", "timeout", "idle_timeout", "executor"];
  test.each([
    ["concurent", "concurrent"],
    ["tag", "tags"],
    ["Tags", "tags"],
    ["idle-timeout", "idle_timeout"],
    ["timout", "timeout"],
    ["colour", undefined],
    ["x", undefined],
    ["", undefined],
  ])("%j is taken for %j", (name, expected) => {
    expect(nearest(name, names)).toBe(expected);
  });

  test("the order of candidates does not matter", () => {
    expect(nearest("cat", ["car", "bat"])).toBe("bat");
    expect(nearest("cat", ["bat", "car"])).toBe("bat");
  });

  test("a name is never its own suggestion", () => {
    expect(nearest("tags", ["tags"])).toBeUndefined();
  });
});
