import { GoslingError } from "../vocabulary/error";
import { EngineFailure } from "./failure";
import type { Stack } from "./stack";

/** What became of a state that was to move. */
export type MovedState =
  /** It is in the new place now, and the old one is empty. */
  | "moved"
  /** There was nothing to move: nothing was ever there, or it has moved before. */
  | "nothing";

interface State {
  readonly lineage: string;
  readonly serial: number;
  readonly outputs?: unknown;
  readonly resources?: readonly unknown[];
  /** As the engine wrote it: its numbers may be larger than ours. */
  readonly text: string;
}

/**
 * Moves what one stack's state knows to another stack, as `renamed_from` asks for. Nothing of what exists is touched.
 *
 * It may be repeated, also after a crash between any two of its steps: first the state is in both places, then the
 * old one is emptied. A newer state is never overwritten; the engine compares under the new place's lock.
 *
 * @throws GoslingError `STATE_TAKEN` where the new place holds another stack's state.
 */
export async function moveState(from: Stack, to: Stack): Promise<MovedState> {
  const source = await read(from);
  if (source === undefined || isEmpty(source)) return "nothing";
  const target = await read(to);
  const isFree = target === undefined || isEmpty(target);
  const isSame = target?.lineage === source.lineage;
  if (!isFree && !isSame && !isCopy(target, source)) {
    throw new GoslingError("STATE_TAKEN", `The state of ${from.folder} can't move: the stack in ${to.folder} has a state of its own.`, {
      hint: "Destroy what is deployed under the new name first, or remove renamed_from.",
    });
  }
  // Not where an earlier try has brought it there already; since then it may have changed.
  if (isFree || (isSame && target.serial < source.serial)) {
    const serial = Math.max(source.serial, isFree && target ? target.serial + 1 : 0);
    await to.push(withSerial(source.text, serial), { force: target !== undefined && !isSame });
  }
  await from.push(JSON.stringify({ ...source, text: undefined, serial: source.serial + 1, outputs: {}, resources: [], check_results: null }));
  return "moved";
}

/**
 * Writes a state as it is, with the key that writes now: what is left to do after a new key, after encryption began or
 * ended. An apply does the same on its way.
 */
export async function rewriteState(stack: Stack): Promise<void> {
  const state = await stack.pull();
  if (state !== undefined) await stack.push(state);
}

/**
 * Whether a state is written as the settings say. As long as one is not, its previous key must stay.
 *
 * @param strict The stack, opened with settings that have no `previousKey` and no `acceptClear`.
 */
export async function isCurrent(strict: Stack): Promise<boolean> {
  try {
    await strict.pull();
    return true;
  } catch (error) {
    if (error instanceof EngineFailure && ["ENGINE_STATE_KEY", "ENGINE_STATE_CLEAR", "ENGINE_STATE_ENCRYPTED"].includes(error.code)) return false;
    throw error;
  }
}

async function read(stack: Stack): Promise<State | undefined> {
  const text = await stack.pull();
  return text === undefined ? undefined : { ...(JSON.parse(text) as State), text };
}

function isEmpty({ resources = [] }: State): boolean {
  return resources.length === 0;
}

/** A state that is pushed to where there was none gets a lineage of its own in some back ends. */
function isCopy(target: State, source: State): boolean {
  return JSON.stringify([target.resources, target.outputs]) === JSON.stringify([source.resources, source.outputs]);
}

/** The engine writes the serial before anything that a resource could hold. */
function withSerial(text: string, serial: number): string {
  return text.replace(/"serial":\s*\d+/, `"serial": ${serial}`);
}
