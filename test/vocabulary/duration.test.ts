import fc from "fast-check";
import { durationSeconds, formatDuration, parseDuration } from "../../src/vocabulary/duration";

describe("a duration", () => {
  test.each([
    ["90s", 90],
    ["10m", 600],
    ["1h30m", 5400],
    ["2d", 172_800],
    ["1d2h3m4s", 93_784],
    ["0s", 0],
    ["007s", 7],
    ["36525d", 3_155_760_000],
  ])("%s is %d seconds", (text, seconds) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: seconds });
    expect(durationSeconds(text)).toBe(seconds);
  });

  test.each([
    ["", "it is empty"],
    ["10", "its last number has no unit (d, h, m or s)"],
    ["m", "a whole number is expected first"],
    ["1hm", "a whole number is expected after each unit"],
    ["10 m", 'its units are d, h, m and s, not " "'],
    ["1.5h", 'its units are d, h, m and s, not "."'],
    ["10min", "a whole number is expected after each unit"],
    ["500ms", "a whole number is expected after each unit"],
    ["1H", 'its units are d, h, m and s, not "H"'],
    ["1w", 'its units are d, h, m and s, not "w"'],
    ["2seconds", "a whole number is expected after each unit"],
    ["-1m", "a whole number is expected first"],
    ["30m1h", "its units go from the largest to the smallest, each once"],
    ["1h1h", "its units go from the largest to the smallest, each once"],
    ["1m ", "a whole number is expected after each unit"],
    ["36526d", "it is longer than 100 years"],
    ["9".repeat(400) + "s", "it is longer than 100 years"],
  ])("%j is none: %s", (text, message) => {
    expect(parseDuration(text)).toEqual({ ok: false, message });
    expect(() => durationSeconds(text)).toThrow(RangeError);
  });

  test.each([
    [0, "0s"],
    [59, "59s"],
    [60, "1m"],
    [5400, "1h30m"],
    [90_061, "1d1h1m1s"],
  ])("%d seconds are written %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  test("what is written reads back the same", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 36_525 * 86_400 }), (seconds) => {
        expect(durationSeconds(formatDuration(seconds))).toBe(seconds);
      }),
    );
  });
});
