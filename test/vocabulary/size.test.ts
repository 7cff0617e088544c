import fc from "fast-check";
import { parseSize } from "../../src/vocabulary/size";

describe("a size", () => {
  test.each([
    ["512MiB", "MB", 512],
    ["4GiB", "MB", 4096],
    ["1.5TiB", "GB", 1536],
    ["0.5GiB", "MB", 512],
    ["2048KiB", "MB", 2],
    ["1024MiB", "GB", 1],
    ["0.0009765625TiB", "GB", 1],
    ["100.00GiB", "GB", 100],
  ] as const)("%s in %s is %d", (text, unit, value) => expect(parseSize(text, unit)).toEqual({ ok: true, value }));

  test.each([
    ["512MiB", "GB", "it is not a whole number of GB"],
    ["0.3MiB", "MB", "it is not a whole number of MB"],
    ["1KiB", "MB", "it is not a whole number of MB"],
    ["4GB", "MB", 'its units are KiB, MiB, GiB and TiB: write "4GiB"'],
    ["4g", "MB", 'its units are KiB, MiB, GiB and TiB: write "4GiB"'],
    ["4 GiB", "MB", 'its units are KiB, MiB, GiB and TiB: write "4GiB"'],
    ["4gib", "MB", 'its units are KiB, MiB, GiB and TiB: write "4GiB"'],
    ["4096", "MB", "a number and a unit (KiB, MiB, GiB, TiB) are expected"],
    ["", "MB", "a number and a unit (KiB, MiB, GiB, TiB) are expected"],
    ["-1GiB", "MB", "a number and a unit (KiB, MiB, GiB, TiB) are expected"],
    [".5GiB", "MB", 'its units are KiB, MiB, GiB and TiB: write "0.5GiB"'],
    ["999999999999999TiB", "MB", "it is too large"],
  ] as const)("%j in %s is none: %s", (text, unit, message) => expect(parseSize(text, unit)).toEqual({ ok: false, message }));

  test("a whole number of gibibytes is 1024 times as many mebibytes", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (count) => {
        expect(parseSize(`${count}GiB`, "MB")).toEqual({ ok: true, value: count * 1024 });
      }),
    );
  });
});
