import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { openSecrets, type Secrets } from "../../src/secrets";
import { eventually } from "../support/eventually";
import { testTiming } from "../support/secret-timing";
import { awsEnvironment } from "../support/secrets-manager";
import { onPath } from "../support/shells";

const MOTO = onPath("moto_server");
const whereMotoIs = MOTO === undefined ? describe.skip : describe;

/** Another one's Secrets Manager: what our own server of the tests may have misunderstood, this one has not. */
whereMotoIs(MOTO === undefined ? "Secrets Manager as moto plays it (there is no moto_server on the PATH)" : "Secrets Manager as moto plays it", () => {
  let server: ChildProcess;
  let secrets: Secrets;

  beforeAll(async () => {
    const port = await freePort();
    server = spawn(MOTO ?? "", ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
    const url = `http://127.0.0.1:${port}`;
    await eventually("moto answers", () => fetch(`${url}/moto-api/`).then(({ ok }) => ok, () => false), 60_000);
    secrets = openSecrets({ env: awsEnvironment({ url }), nestRoot: "/none", timing: testTiming(), nest: "acme" });
  }, 70_000);

  afterAll(async () => {
    await secrets?.close();
    server?.kill("SIGKILL");
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

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
