import fc from "fast-check";
import { formatCron, parseCron } from "../../src/vocabulary/cron";

function canonical(text: string): string {
  const schedule = parseCron(text);
  return schedule.ok ? formatCron(schedule.value) : schedule.message;
}

describe("a schedule", () => {
  test.each([
    ["0 2 * * *", "0 2 * * *"],
    ["*/5 * * * *", "*/5 * * * *"],
    ["  0\t2  * * * ", "0 2 * * *"],
    ["5/15 * * * *", "5,20,35,50 * * * *"],
    ["0,30 0 1,2 * *", "0,30 0 1,2 * *"],
    ["30,0,0 0 * * *", "0,30 0 * * *"],
    ["0 9-17/2 * * mon-fri", "0 9,11,13,15,17 * * 1-5"],
    ["0 0 * JAN-mar *", "0 0 * 1-3 *"],
    ["0 0 * * 7", "0 0 * * 0"],
    ["0 0 * * sat-sun", "0 0 * * 0,6"],
    ["0 0 * * 5-7", "0 0 * * 0,5,6"],
    ["0-59 0-23 * 1-12 *", "* * * * *"],
    ["@hourly", "0 * * * *"],
    ["@daily", "0 0 * * *"],
    ["@midnight", "0 0 * * *"],
    ["@weekly", "0 0 * * 0"],
    ["@Monthly", "0 0 1 * *"],
    ["@yearly", "0 0 1 1 *"],
    ["@annually", "0 0 1 1 *"],
    ["0 0 29 2 *", "0 0 29 2 *"],
    ["0 0 31 1,2 *", "0 0 31 1,2 *"],
  ])("%j reads as %j", (text, expected) => expect(canonical(text)).toBe(expected));

  test("where both day fields are restricted, either is enough, so the impossible one does no harm", () => {
    expect(canonical("0 0 30 2 mon")).toBe("0 0 30 2 1");
  });

  test("a day field written out in full matches every day, whatever the other says", () => {
    expect(canonical("0 0 1-31 * mon")).toBe("0 0 * * *");
    expect(canonical("0 0 13 * 0-6")).toBe("0 0 * * *");
  });

  test.each([
    ["", "five fields are expected (minute, hour, day of the month, month, day of the week), none is there"],
    ["5", "five fields are expected (minute, hour, day of the month, month, day of the week), one is there"],
    ["* * * *", "five fields are expected (minute, hour, day of the month, month, day of the week), 4 are there"],
    ["0 0 0 * * *", "five fields are expected (minute, hour, day of the month, month, day of the week), 6 are there"],
    ["@reboot", "of the words with @, @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly are known"],
    ["@constructor", "of the words with @, @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly are known"],
    ["60 * * * *", "its minute must be 0–59"],
    ["* 24 * * *", "its hour must be 0–23"],
    ["* * 0 * *", "its day of the month must be 1–31"],
    ["* * * 13 *", "its month must be 1–12 or jan–dec"],
    ["* * * * 8", "its day of the week must be 0–6 or sun–sat"],
    ["* * * foo *", 'its month "foo" is not understood: 1–12 or jan–dec are expected'],
    ["0 0 L * *", 'its day of the month "L" is not understood: 1–31 are expected'],
    ["0 0 * * fri-mon", "the range of its day of the week runs backwards"],
    ["30-10 * * * *", "the range of its minute runs backwards"],
    ["*/0 * * * *", "the step of its minute must be 1 to 59"],
    ["*/60 * * * *", "the step of its minute must be 1 to 59"],
    ["1,,2 * * * *", "its minute is empty or has a comma too many"],
    ["? * * * *", 'its minute "?" is not understood'],
    ["0 0 30 2 *", "it never comes: February has no day 30"],
    ["0 0 31 2,4 *", "it never comes: April has no day 31"],
  ])("%j is none: %s", (text, message) => expect(parseCron(text)).toEqual({ ok: false, message }));

  test("the canonical text reads as the same schedule and stays as it is", () => {
    const field = (min: number, max: number): fc.Arbitrary<string> =>
      fc.oneof(
        fc.constant("*"),
        fc.integer({ min: 1, max: max - 1 }).map((step) => `*/${step}`),
        fc.array(fc.integer({ min, max }), { minLength: 1, maxLength: 5 }).map((values) => values.join(",")),
        fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      );
    fc.assert(
      fc.property(fc.tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6)), (fields) => {
        const schedule = parseCron(fields.join(" "));
        if (!schedule.ok) throw new Error(schedule.message);
        const text = formatCron(schedule.value);
        expect(parseCron(text)).toEqual(schedule);
        expect(canonical(text)).toBe(text);
      }),
    );
  });
});
