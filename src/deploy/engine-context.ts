import { openStack, type Engine, type EngineEvent, type Environment, type Interrupts, type Stack, type StateEncryption } from "../engine";
import type { SecretPlace } from "../secrets";
import type { RecordedRepository } from "../store/deployment";
import type { CloudActivity } from "./observe";
import { stackFolder, type Workspace } from "./workspace";

/** What every run of the engine in a deployment needs. */
export interface EngineContext {
  readonly engine: Engine;
  /** The engine of a unit that asks for a version of its own. Default: `engine`, whatever it asks for. */
  readonly engineFor?: (version: string) => Promise<Engine>;
  readonly env: Environment;
  /** What the engine gets on top of the environment for a stack: how it reaches the state. */
  readonly stackEnvironment?: (stack: string) => Environment;
  /** How states and plans are encrypted by an engine. Default: not at all. */
  readonly encryption?: (engine: Engine) => StateEncryption;
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

/** A unit as GitLab knows it. */
export interface MachineUnit {
  readonly unit: string;
  readonly repositories: readonly RecordedRepository[];
  /** Names under which its machines were made, by the runner's id. */
  readonly homes: ReadonlyMap<string, string>;
  /** Where its secrets are. */
  readonly place?: SecretPlace;
}

/** What a cloud and GitLab know of machines, and what is done to them beside the engine. */
export interface MachineControl {
  /** Which of a unit's runners run a job, as GitLab says it now; those that aren't named may. */
  activity(unit: MachineUnit, ids: readonly string[]): Promise<CloudActivity>;
  /** Right before machines go: those that two looks, some seconds apart, found idle. */
  surelyIdle(unit: MachineUnit, ids: readonly string[]): Promise<readonly string[]>;
  /** Lets the unit's runners take no further job until `resume`: nothing is started while machines go. */
  pause(unit: MachineUnit): Promise<void>;
  resume(unit: MachineUnit): Promise<void>;
  /** The machines of a place that were made for this Nest under one of these units' names, by their tags or labels. */
  find(place: MachinePlace, units: readonly string[]): Promise<readonly CloudMachine[]>;
  /** Ends machines for good. */
  end(place: MachinePlace, instances: readonly string[]): Promise<void>;
  /** Starts and stops machines where the engine can't, and waits until they are. Answers whether any was not as it is to be. */
  setPower(location: string, machines: readonly MachinePower[]): Promise<boolean>;
}

/** What machines are asked about at: a region of AWS, a folder of Yandex Cloud. */
export interface MachinePlace {
  readonly cloud: "aws" | "yandex";
  readonly location: string;
}

/** A machine as its cloud knows it. */
export interface CloudMachine {
  readonly runner: string;
  /** The cloud's id of the machine. */
  readonly instance: string;
  /** Unit under whose name it was made. */
  readonly home: string;
  /** Revision that it was made with. */
  readonly revision: string;
  readonly power: "on" | "off";
}

export interface MachinePower {
  readonly runner: string;
  /** The cloud's id of the machine. */
  readonly instance: string;
  readonly power: "on" | "off";
}

/** `my-app.2` is the second stack of `my-app`; `job.report` and `rift.main` are units themselves. */
function unitOfStack(stack: string): string {
  return stack.replace(/\.\d+$/, "");
}

export interface OpenUnitStackOptions {
  /** `false` is for a look that changes nothing. Default: true. */
  readonly lock?: boolean;
  /** The stack whose state it is: that of an old name, before a deployment moves it. Default: its own. */
  readonly stateOf?: string;
}

/** A stack of the workspace, with the environment that its provisioners find Gosling and the Nest by. */
export function openUnitStack(workspace: Workspace, stack: string, context: EngineContext, { lock = true, stateOf = stack }: OpenUnitStackOptions = {}): Stack {
  const { engine, env, interrupts, onEvent, stackEnvironment, lockTimeoutSeconds } = context;
  const encryption = context.encryption?.(engine);
  return openStack({
    engine,
    unit: unitOfStack(stack),
    folder: stackFolder(workspace, stack),
    env,
    extra: { ...stackEnvironment?.(stateOf), GOSLING_BIN: context.program, GOSLING_NEST: context.nestRoot },
    lock,
    ...(encryption && { encryption }),
    ...(lockTimeoutSeconds !== undefined && { lockTimeoutSeconds }),
    ...(interrupts && { interrupts }),
    ...(onEvent && { onEvent: (event) => onEvent(stack, event) }),
  });
}
