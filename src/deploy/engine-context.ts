import { openStack, type Engine, type EngineEvent, type Environment, type Interrupts, type Stack } from "../engine";
import { stackFolder, type Workspace } from "./workspace";

/** What every run of the engine in a deployment needs. */
export interface EngineContext {
  readonly engine: Engine;
  readonly env: Environment;
  /** Path of the `gosling` program that provisioners start. */
  readonly program: string;
  /** Absolute path of the Nest; runners are made there, whatever the workspace is. */
  readonly nestRoot: string;
  readonly interrupts?: Interrupts;
  readonly onEvent?: (stack: string, event: EngineEvent) => void;
}

/** A stack of the workspace, with the environment that its provisioners find Gosling and the Nest by. */
export function openUnitStack(workspace: Workspace, stack: string, context: EngineContext): Stack {
  const { engine, env, interrupts, onEvent } = context;
  return openStack({
    engine,
    folder: stackFolder(workspace, stack),
    env,
    extra: { GOSLING_BIN: context.program, GOSLING_NEST: context.nestRoot },
    ...(interrupts && { interrupts }),
    ...(onEvent && { onEvent: (event) => onEvent(stack, event) }),
  });
}
