import { fuzz } from "../support/check-parse";

/** `npx projen fuzz` does 100,000 of them, with a new seed each time. */
test("2,000 broken files are parsed without a crash, a hang or a place outside of the text", () => {
  const { valid } = fuzz(20261123, 2000);
  // Some survive their mutations: those are printed and parsed again.
  expect(valid).toBeGreaterThan(100);
});
