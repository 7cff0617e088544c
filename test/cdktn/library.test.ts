import { App, Construct, TerraformStack } from "../../constructs/cdktf";
import { libraryVersion } from "../../src/synth/library-version";

// Holds jest.cdktn.config.json to its purpose: without it, a wrong path in there would run everything on cdktf.
test("the constructs, and what they are made of, come from cdktn", () => {
  expect(libraryVersion().library).toMatch(/^cdktn 0\.24\./);
  expect(require.resolve("cdktf")).toContain("test/cdktn/node_modules");
  expect(require.resolve("constructs")).toContain("test/cdktn/node_modules");
  expect(new TerraformStack(new App(), "stack")).toBeInstanceOf(Construct);
});
