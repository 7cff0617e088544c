import { checkToken, missingScopes } from "../../src/gitlab";

const now = Date.UTC(2026, 10, 27, 12);
const token = { name: "t", active: true, scopes: ["create_runner", "manage_runner", "read_api"] };

test.each([
  [["api"], ["runners", "webhooks", "schedules"], []],
  [["create_runner", "manage_runner", "read_api"], ["runners"], []],
  [["create_runner", "manage_runner"], ["runners"], ["read_api"]],
  [["read_api"], ["runners"], ["create_runner", "manage_runner"]],
  [["create_runner", "manage_runner", "read_api"], ["runners", "webhooks"], ["api"]],
  [["read_api"], ["schedules"], ["api"]],
] as const)("of %j for %j there is missing %j", (scopes, uses, missing) => {
  expect(missingScopes(scopes, uses)).toEqual(missing);
});

test("a missing scope is named, with the reference and the way out", () => {
  expect(() => checkToken({ ...token, scopes: ["read_api"] }, ["runners"], "file://t", now)).toThrow("The token behind file://t lacks the scopes create_runner, manage_runner for runners");
  expect(() => checkToken({ ...token, active: false }, ["runners"], "file://t", now)).toThrow("The token behind file://t is expired or revoked");
});

test("an end that is near is a warning", () => {
  expect(checkToken({ ...token, expiresOn: "2026-12-24" }, ["runners"], "file://t", now)).toEqual([]);
  expect(checkToken({ ...token, expiresOn: "2026-12-04" }, ["runners"], "file://t", now)).toEqual(["the token behind file://t expires on 2026-12-04, in 7 days"]);
  expect(checkToken({ ...token, expiresOn: "2026-11-28" }, ["runners"], "file://t", now)).toEqual(["the token behind file://t expires on 2026-11-28, within a day"]);
  expect(checkToken(token, ["runners"], "file://t", now)).toEqual([]);
});
