import { displayWidth } from "../../../src/cli/render/display-width";
import { renderTable } from "../../../src/cli/render/table";

describe("renderTable", () => {
  test("aligns columns and leaves no spaces at line ends", () => {
    expect(renderTable([{ title: "NAME" }, { title: "RUNNERS", align: "right" }, { title: "NOTE" }], [["my-app", "3", ""], ["x", "12", "waits"]])).toBe(
      ["NAME    RUNNERS  NOTE", "my-app        3", "x            12  waits", ""].join("\n"),
    );
  });

  test("measures by what a terminal shows, colours and wide characters included", () => {
    const table = renderTable([{ title: "NAME" }, { title: "STATE" }], [["\u001b[32m好\u001b[39m", "up"], ["e\u0301t\u00e9", "up"]]);
    expect(table).toBe("NAME  STATE\n\u001b[32m好\u001b[39m    up\ne\u0301t\u00e9   up\n");
  });

  test("keeps a row on one line whatever its cells hold", () => {
    expect(renderTable([{ title: "A" }, { title: "B" }], [["one\n two", "x"]])).toBe("A        B\none two  x\n");
  });

  test("without rows shows its headings, bold where colours are wanted", () => {
    expect(renderTable([{ title: "A" }], [], { color: true, indent: 2 })).toBe("\u001b[1m  A\u001b[22m\n");
  });
});

describe("displayWidth", () => {
  test.each([
    ["", 0],
    ["abc", 3],
    ["好的", 4],
    ["e\u0301", 1],
    ["🦆", 2],
    ["\u001b[1mab\u001b[22m", 2],
    ["дом", 3],
  ])("%j takes %i columns", (text, width) => expect(displayWidth(text)).toBe(width));
});
