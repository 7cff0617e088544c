import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { GOSLING } from "../support/local-runner";

test("a reader that has seen enough is no error", () => {
  const nest = join(__dirname, "../../examples/nest-full");
  // The reader is gone long before there is something to write.
  const { stdout, stderr } = spawnSync("bash", ["-c", '"$0" "$1" --nest "$2" validate --explain | true; echo "${PIPESTATUS[0]}"', process.execPath, GOSLING, nest], { encoding: "utf8" });
  expect({ stdout, stderr }).toEqual({ stdout: "0\n", stderr: "" });
});
