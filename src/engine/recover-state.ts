import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GoslingError } from "../vocabulary/error";
import { keysOf } from "./encrypted-state";
import type { EngineEvent } from "./events";
import { type CommandResult, jsonIn } from "./run";

/** What the engine leaves in its working folder when it could not write the state to its place. */
const ERRORED = "errored.tfstate";

/**
 * Keeps a state that the engine could write nowhere and printed instead: beside the configuration,
 * where the next run finds it, else in the system's temporary folder.
 *
 * @returns the file; nothing where that cannot be written either.
 */
export async function keepDumpedState(folder: string, state: unknown): Promise<string | undefined> {
  for (const file of [join(folder, ERRORED), join(tmpdir(), `gosling-${randomBytes(6).toString("hex")}-${ERRORED}`)]) {
    try {
      await writeFile(file, JSON.stringify(state), { mode: 0o600, flag: "wx" });
      return file;
    } catch {
      // The next place may have room.
    }
  }
  return undefined;
}

interface StateHeader {
  readonly lineage?: string;
  readonly serial?: number;
}

/** Runs an engine command, by default in the stack's folder, and throws where it fails. */
type Run = (args: readonly string[], more?: { readonly input?: string; readonly folder?: string }) => Promise<CommandResult>;

/**
 * Puts a state back that an earlier run could not save, before anything else is done with the
 * stack: without it, what that run made would be made again. Nothing happens where there is none.
 *
 * @throws GoslingError `ENGINE_STATE_FORKED` where somebody else has written the state since then.
 */
export async function recoverErroredState(folder: string, run: Run, onEvent?: (event: EngineEvent) => void): Promise<void> {
  const file = join(folder, ERRORED);
  const kept = await readHeader(file);
  if (kept === undefined) return;
  const pulled = jsonIn((await run(["state", "pull"])).stdout);
  const current = pulled === "" ? {} : (JSON.parse(pulled) as StateHeader);
  const isSame = current.lineage === undefined || current.lineage === kept.lineage;
  if (!isSame || (current.serial ?? -1) > (kept.serial ?? 0)) {
    throw new GoslingError("ENGINE_STATE_FORKED", `${file} holds a state that could not be saved, and somebody else has changed the state since then.`, {
      hint: "Compare it with the state; import or remove by hand what only it knows; then delete the file.",
    });
  }
  // Whoever writes a state raises its serial: with the same one in place nobody has written since.
  // Terraform leaves the serial as it was, and would refuse it without the force.
  const force = current.serial === kept.serial ? ["-force"] : [];
  const text = await readFile(file, "utf8");
  // The engine encrypts what it keeps here, and takes only states in clear to push.
  await run(["state", "push", ...force, "-"], { input: keysOf(text) === undefined ? text : await decrypted(file, run) });
  await rm(file);
  onEvent?.({ kind: "log", message: "The state that the last run could not save is back in its place." });
}

async function readHeader(file: string): Promise<StateHeader | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (["ENOENT", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as StateHeader;
  } catch {
    // Cut off by the same full disk: it holds nothing that could be put back.
    await rm(file);
    return undefined;
  }
}

/** An encrypted state in clear: the engine reads it as the state of a stack of its own. */
async function decrypted(file: string, run: Run): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gosling-state-"));
  try {
    await writeFile(join(folder, "main.tf.json"), JSON.stringify({ terraform: { backend: { local: { path: file } } } }));
    await run(["init", "-input=false", "-no-color"], { folder });
    return jsonIn((await run(["state", "pull"], { folder })).stdout);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
