import { describeWithEngines } from "../support/engines";
import { configuration, makeFolder, removeFolders, stackIn } from "./stack-folder";

afterAll(removeFolders);

const requiring = (version: string) => makeFolder({ "cdk.tf.json": JSON.stringify({ ...(JSON.parse(configuration()) as object), terraform: { backend: { local: {} }, required_version: version } }) });

describeWithEngines("a stack that asks for a version of the engine", (engine) => {
  test.each(["0.9.9", "= 0.9.9", ">= 99.0.0"])("%s is held to it, with the way out", async (version) => {
    await expect(stackIn(requiring(version), engine).plan()).rejects.toMatchObject({
      code: "ENGINE_VERSION_WRONG",
      message: expect.stringContaining(engine.version) as string,
      hint: expect.stringMatching(/^Run `gosling engine install (0\.9\.9|99\.0\.0)`/) as string,
    });
  });

  test.each([engine.version, `= ${engine.version}`, ">= 1.8.0", "~> 1.0"])("%s goes through", async (version) => {
    expect(await stackIn(requiring(version), engine).plan()).toMatchObject({ empty: true });
  });
});

describeWithEngines("the engine's own look at required_version", (engine) => {
  test("is why we look ourselves: OpenTofu 1.12 and later leave it to Terraform in JSON files", async () => {
    const [, minor = 0] = engine.version.split(".").map(Number);
    const own = stackIn(requiring("~> 0.9"), engine).plan();
    if (engine.name === "tofu" && minor >= 12) expect(await own).toMatchObject({ empty: true });
    else await expect(own).rejects.toMatchObject({ code: "ENGINE_FAILED" });
  });
});
