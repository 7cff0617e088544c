import { systemId } from "../../src/vocabulary/system-id";

test("a system id has the form that gitlab-runner takes over, and follows from the runner's names alone", () => {
  expect(systemId("acme", "web-app", "c21fee-1")).toMatch(/^[sr]_[0-9a-zA-Z]{12}$/);
  expect(systemId("acme", "web-app", "c21fee-1")).toBe(systemId("acme", "web-app", "c21fee-1"));
  const others = [systemId("acme", "web-app", "c21fee-2"), systemId("acme", "web", "app-c21fee-1"), systemId("acm", "eweb-app", "c21fee-1")];
  expect(new Set([...others, systemId("acme", "web-app", "c21fee-1")]).size).toBe(4);
});
