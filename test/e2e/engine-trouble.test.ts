import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWithEngines, testOnce } from "../support/engines";
import { eventually } from "../support/eventually";
import { eggFile, localNest, type LocalNest } from "../support/local-nest";

describeWithEngines("Trouble with the engine is a clear error, and the next deploy works", (engine) => {
  let nest: LocalNest;
  beforeEach(async () => {
    nest = await localNest(engine, { "Eggs/app/config.fly": eggFile("app"), "secrets/token": "glrt-token\n" });
  });
  afterEach(() => nest.dispose());
  const deployWith = async (env: Record<string, string>) => {
    const child = nest.spawnCli(["deploy", "--yes"], env);
    let stderr = "";
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, stderr };
  };
  const worksAgain = async () => {
    await nest.deploy();
    await nest.statusOf("app", "idle", ({ runners }) => runners[0]?.state === "idle");
  };

  testOnce(engine, "one that is missing", async () => {
    const { code, stderr } = await deployWith({ GOSLING_ENGINE: "", PATH: "/nowhere" });
    expect(code).toBe(1);
    expect(stderr).toContain("Neither OpenTofu (tofu) nor Terraform (terraform) was found");
    expect(stderr).toContain("gosling engine install");
    await worksAgain();
  });

  testOnce(engine, "one that is too old", async () => {
    const old = join(nest.root, "..", "old-tofu");
    writeFileSync(old, '#!/bin/sh\necho "OpenTofu v1.6.0"\n');
    chmodSync(old, 0o755);
    const { code, stderr } = await deployWith({ GOSLING_ENGINE: old });
    expect(code).toBe(1);
    expect(stderr).toMatch(/1\.6\.0.*1\.8/s);
    await worksAgain();
  });

  test("one that is killed in the middle", async () => {
    const wrapper = join(nest.root, "..", "tofu");
    const marker = join(nest.root, "..", "pid");
    writeFileSync(wrapper, `#!/bin/sh\ncase "$1" in apply) echo $$ > '${marker}';; esac\nexec '${engine.path}' "$@"\n`);
    chmodSync(wrapper, 0o755);
    const running = deployWith({ GOSLING_ENGINE: wrapper });
    const pid = Number(await eventually("the engine applies", () => existsSync(marker) && readFileSync(marker, "utf8").trim()));
    process.kill(pid, "SIGKILL");
    const { code, stderr } = await running;
    expect(code).toBe(1);
    expect(stderr).toMatch(/SIGKILL/);
    await worksAgain();
  });
});
