import { equalSecrets } from "../../src/secrets/equal-secrets";

test.each([
  ["token", "token", true],
  ["", "", true],
  ["tökén", "tökén", true],
  ["token", "tokem", false],
  ["token", "token ", false],
  ["token", "", false],
  ["a", "a".repeat(100_000), false],
])("%j and %j: %s", (a, b, expected) => {
  expect(equalSecrets(a, b)).toBe(expected);
});
