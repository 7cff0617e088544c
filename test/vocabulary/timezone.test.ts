import { parseTimezone } from "../../src/vocabulary/timezone";

describe("a time zone", () => {
  test.each(["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata", "Etc/GMT+3"])("%s is known", (text) => expect(parseTimezone(text)).toEqual({ ok: true, value: text }));

  test.each([
    ["Mars/Olympus", 'no such time zone is known; "UTC" and "Europe/Berlin" are examples'],
    ["+03:00", 'a name such as "UTC" or "Europe/Berlin" is expected'],
    ["", 'a name such as "UTC" or "Europe/Berlin" is expected'],
    ["Europe/Berlin ", 'a name such as "UTC" or "Europe/Berlin" is expected'],
  ])("%j is none: %s", (text, message) => expect(parseTimezone(text)).toEqual({ ok: false, message }));
});
