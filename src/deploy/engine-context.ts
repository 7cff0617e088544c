import { openStack, type Engine, type EngineEvent, type Environment, type Interrupts, type Stack } from "../engine";
import type { CloudActivity } from "./observe";
import { stackFolder, type Workspace } from "./workspace";

/** What every run of the engine in a deployment needs. */
export interface EngineContext {
  readonly engine: Engine;
  /** The engine of a unit that asks for a version of its own. Default: `engine`, whatever it asks for. */
  readonly engineFor?: (version: string) => Promise<Engine>;
  readonly env: Environment;
  /** What the engine gets on top of the environment for a stack: keys of its state's encryption, and how it reaches the state. */
  readonly stackEnvironment?: (stack: string) => Environment;
  /** Path of the `gosling` program that provisioners start. */
  readonly program: string;
  /** Absolute path of the Nest; runners are made there, whatever the workspace is. */
  readonly nestRoot: string;
  readonly interrupts?: Interrupts;
  readonly onEvent?: (stack: string, event: EngineEvent) => void;
  /** Seconds to wait for a state that somebody else holds. Default: not at all. */
  readonly lockTimeoutSeconds?: number;
  /** Takes secrets out of what is recorded. */
  readonly mask?: (text: string) => string;
  /** What is known of machines beside the engine, and done to them. */
  readonly machines?: MachineControl;
}

/** What a cloud and GitLab know of machines, and what is done to them beside the engine. */
export interface MachineControl {
  /** Which of a unit's runners run a job, as GitLab says it now. */
  activity(unit: string, ids: readonly string[]): Promise<CloudActivity>;
  /** Lets the unit's runners take no further job until `resume`: nothing is started while machines go. */
  pause(unit: string): Promise<void>;
  resume(unit: string): Promise<void>;
  /** Starts and stops machines where the engine can't, and waits until they are. */
  setPower(location: string, machines: readonly MachinePower[]): Promise<void>;
}

export interface MachinePower {
  readonly runner: string;
  /** The cloud's id of the machine. */
  readonly instance: string;
  readonly power: "on" | "off";
}

/** A stack of the workspace, with the environment that its provisioners find Gosling and the Nest by. */
export function openUnitStack(workspace: Workspace, stack: string, context: EngineContext, { lock = true }: { readonly lock?: boolean } = {}): Stack {
  const { engine, env, interrupts, onEvent, stackEnvironment, lockTimeoutSeconds } = context;
  return openStack({
    engine,
    folder: stackFolder(workspace, stack),
    env,
    extra: { ...stackEnvironment?.(stack), GOSLING_BIN: context.program, GOSLING_NEST: context.nestRoot },
    lock,
    ...(lockTimeoutSeconds !== undefined && { lockTimeoutSeconds }),
    ...(interrupts && { interrupts }),
    ...(onEvent && { onEvent: (event) => onEvent(stack, event) }),
  });
}
