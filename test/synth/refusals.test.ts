import { existsSync } from "node:fs";
import { join } from "node:path";
import { synthesize } from "../../src/synth";
import { folderWith } from "../support/folder";
import { eggNamed, local, nestOf, shell, small } from "./model-nest";

const yandex = { ...local, provider: "yandex" as const, region: "ru-central1", folderId: "b1g" };

test.each([
  ["a size that the cloud does not have", { resources: { ...small, cpu: 500 } }, "NO_INSTANCE_TYPE", /^Eggs\/large\/config\.fly:3: standard-v3 of Yandex Cloud has no machine with 500 vCPU/],
  ["more than a container can be told", { type: "serverless" as const, environment: { A: "x".repeat(4000) } }, "CONFIGURATION_TOO_LARGE", /^Eggs\/large\/config\.fly:3: What the runners of large are told is \d+ bytes long/],
  ["an image that the platform can't run", { type: "serverless" as const, runner: { ...shell, image: "debian:13" } }, "PROPS", /^Eggs\/large\/config\.fly:3: runner\.image of large is no image/],
])("%s is refused with the Egg's place, and nothing is written", async (_, changes, code, message) => {
  const root = folderWith({});
  const nest = nestOf(root, { eggs: [eggNamed("fits"), eggNamed("large", { cloud: yandex, ...changes })] });
  await expect(synthesize(nest)).rejects.toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }));
  expect(existsSync(join(root, "gosling.out"))).toBe(false);
});
