import { openSecrets, type Secrets } from "../../src/secrets";
import { describeWithMoto, type Moto, startMoto } from "../support/moto";
import { testTiming } from "../support/secret-timing";
import { awsEnvironment } from "../support/secrets-manager";

/** Another one's Secrets Manager: what our own server of the tests may have misunderstood, this one has not. */
describeWithMoto("Secrets Manager as moto plays it", () => {
  let moto: Moto;
  let secrets: Secrets;

  beforeAll(async () => {
    moto = await startMoto();
    secrets = openSecrets({ env: awsEnvironment({ url: moto.endpoint }), nestRoot: "/none", timing: testTiming(), nest: "acme" });
  }, 70_000);

  afterAll(async () => {
    await secrets?.close();
    await moto?.close();
  });

  test("keys, versions and regions are where they were written", async () => {
    await expect(secrets.read("aws-sm://team/my-app/token")).rejects.toMatchObject({ code: "SECRET_MISSING" });
    await secrets.write("aws-sm://team/my-app/token", "first", { replace: false });
    await secrets.write("aws-sm://team/my-app/other", "stays", { replace: false });
    await expect(secrets.write("aws-sm://team/my-app/token", "x", { replace: false })).rejects.toMatchObject({ code: "SECRET_EXISTS" });
    await secrets.write("aws-sm://team/my-app/token", "second", { replace: true });
    await expect(secrets.read("aws-sm://team/my-app/token")).resolves.toBe("second");
    await expect(secrets.read("aws-sm://team/my-app/token#AWSPREVIOUS")).resolves.toBe("first");
    await expect(secrets.read("aws-sm://team/my-app/other")).resolves.toBe("stays");
    await expect(secrets.read("aws-sm://team/my-app/none")).rejects.toMatchObject({ code: "SECRET_KEY" });
    await expect(secrets.read("aws-sm://team/my-app/token#NO-SUCH-STAGE")).rejects.toMatchObject({ code: "SECRET_MISSING" });
    await expect(secrets.read("aws-sm://team/my-app/token", { region: "us-east-1" })).rejects.toMatchObject({ code: "SECRET_MISSING", message: "there is nothing behind aws-sm://team/my-app/token in us-east-1" });
  }, 60_000);
});
