import { columns } from "../../src/fly/format-columns";

describe("a column is a grapheme cluster", () => {
  test.each([
    ["nothing", "", 0],
    ["ASCII", "abc", 3],
    ["a carriage return with its newline is one", "a\r\nb\nc", 5],
    ["wide characters count once", "日本語", 3],
    ["a letter and its mark", "e\u0301", 1],
    ["a mark alone", "\u0301", 1],
    ["a family", "👨‍👩‍👧‍👦", 1],
    ["a skin tone", "👍🏽", 1],
    ["flags go in pairs", "🇩🇪🇫🇷🇮", 3],
    ["a flag with tags", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", 1],
    ["a keycap", "1️⃣", 1],
    ["Hangul syllables from parts", "\u1100\u1161\u11a8\uac01", 2],
    ["Thai vowel signs", "กำ", 1],
    ["a prepended mark", "\u06001", 1],
    ["a zero-width space", "a\u200bb", 3],
    ["a soft hyphen", "a\u00adb", 3],
    ["consonants over a virama, by Unicode 15.0", "क्षि", 2],
    ["consonants over a virama and a joiner", "क्‍ष", 2],
    ["Bengali, Telugu", "ক্ষ్క్క", 4],
    ["a line separator", "a\u2028b", 3],
  ])("%s", (_, text, expected) => {
    expect(columns(text)).toBe(expected);
  });
});
