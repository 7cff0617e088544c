import { runnerStateMachine, type StartedTask, taskSeconds } from "../../../../constructs/clouds/aws/state-machine";
import { template, templateJson } from "../../../../constructs/template";
import { statesLanguageProblems } from "./states-language";

const task: StartedTask = {
  partition: "aws",
  clusterArn: template`CLUSTER`,
  taskDefinitionArn: template`TASK:1`,
  container: "runner",
  subnets: { json: '["subnet-1"]' },
  securityGroupId: template`sg-1`,
  assignPublicIp: false,
  preemptible: false,
  deadLetterQueueUrl: template`DEAD`,
  timeoutSeconds: 1200,
};

type State = Readonly<Record<string, never>>;
type Machine = { readonly StartAt: string; readonly States: Readonly<Record<string, State>> };
/** As Step Functions gets it, with a list where the engine would write one. */
const machine = (changes: Partial<StartedTask> = {}): Machine => JSON.parse(templateJson(runnerStateMachine({ ...task, ...changes })).replace(/\$\{jsonencode\((.*?)\)\}/, "$1")) as Machine;

/** Answers of ECS and SQS to a machine that is played here. */
interface Answers {
  readonly runTask: readonly ({ readonly Tasks: readonly { readonly TaskArn: string }[] } | { readonly error: string })[];
  readonly stopTask?: string;
}

interface Play {
  readonly visited: readonly string[];
  readonly calls: readonly { readonly resource: string; readonly parameters: Readonly<Record<string, unknown>> }[];
  readonly waitedSeconds: number;
}

/** Plays the machine: enough of the States Language for what it uses. Retriers are taken as used up. */
function play({ StartAt, States }: Machine, message: string, answers: Answers): Play {
  const visited: string[] = [];
  const calls: Play["calls"][number][] = [];
  let waitedSeconds = 0;
  let data: unknown = [{ body: message }];
  let runs = 0;
  for (let name = StartAt; visited.length < 100; ) {
    visited.push(name);
    const state = States[name] as unknown as { readonly [key: string]: string } & { readonly Parameters: unknown; readonly ResultSelector?: unknown; readonly Choices: readonly Record<string, unknown>[]; readonly Catch?: readonly { ErrorEquals: string[]; ResultPath: string; Next: string }[]; readonly Seconds?: number };
    const put = (path: string | null | undefined, value: unknown): void => {
      if (path === undefined) data = value;
      else if (path !== null) data = { ...(data as object), [path.slice(2)]: value };
    };
    switch (state["Type"]) {
      case "Succeed":
      case "Fail":
        return { visited, calls, waitedSeconds };
      case "Pass":
        data = fill(state.Parameters, data);
        break;
      case "Wait":
        waitedSeconds += state.Seconds ?? Number(at(data, String(state["SecondsPath"])));
        break;
      case "Choice": {
        const rule = state.Choices.find((each) => ("IsPresent" in each ? (at(data, String(each["Variable"])) !== undefined) === each["IsPresent"] : Number(at(data, String(each["Variable"]))) >= Number(each["NumericGreaterThanEquals"])));
        name = String(rule ? rule["Next"] : state["Default"]);
        continue;
      }
      default: {
        const resource = String(state["Resource"]);
        calls.push({ resource, parameters: fill(state.Parameters, data) as Record<string, unknown> });
        const answer = resource.endsWith("runTask") ? answers.runTask[runs++] : answers.stopTask !== undefined && resource.endsWith("stopTask") ? { error: answers.stopTask } : {};
        if (answer && "error" in answer) {
          const error = String(answer.error);
          const catcher = state.Catch?.find(({ ErrorEquals }) => ErrorEquals.includes(error) || ErrorEquals.includes("States.ALL"));
          if (!catcher) return { visited, calls, waitedSeconds };
          put(catcher.ResultPath, { Error: error });
          name = catcher.Next;
          continue;
        }
        put(state["ResultPath"], state.ResultSelector ? fill(state.ResultSelector, answer) : answer);
      }
    }
    name = String(state["Next"]);
  }
  throw new Error(`the machine does not end: ${visited.join(" → ")}`);
}

function fill(form: unknown, data: unknown): unknown {
  if (Array.isArray(form)) return form.map((item) => fill(item, data));
  if (typeof form !== "object" || form === null) return form;
  return Object.fromEntries(Object.entries(form).map(([key, value]) => (key.endsWith(".$") ? [key.slice(0, -2), evaluate(String(value), data)] : [key, fill(value, data)])));
}

function evaluate(text: string, data: unknown): unknown {
  const [, left = "", right = ""] = /^States\.MathAdd\((.+), (.+)\)$/.exec(text) ?? [];
  if (left !== "") return Number(right.startsWith("$") ? at(data, right) : right) + Number(at(data, left));
  return at(data, text);
}

function at(data: unknown, path: string): unknown {
  let values: unknown[] = [data];
  const many = path.includes("[*]");
  for (const step of path.match(/\[\*\]|\[\d+\]|\.\w+/g) ?? []) {
    if (step === "[*]") values = values.flatMap((value) => value as unknown[]);
    else values = values.map((value) => (value as Record<string, unknown> | undefined)?.[step.replace(/[[\].]/g, "")]);
  }
  return many ? values : values[0];
}

const started = { Tasks: [{ TaskArn: "TASK/1" }] };
const noCapacity = { Tasks: [], Failures: [{ Reason: "Capacity is unavailable at this time" }] };

test("is a machine by the grammar of the States Language, whatever it starts", () => {
  for (const changes of [{}, { preemptible: true, assignPublicIp: true }, { timeoutSeconds: 1 }, { partition: "aws-cn" }]) expect(statesLanguageProblems(machine(changes))).toEqual([]);
});

test("the grammar finds what is wrong", () => {
  const good = machine();
  const { Run, ...others } = good.States;
  expect(statesLanguageProblems({ ...good, States: others })).toContain("Read leads to Run, which is no state");
  expect(statesLanguageProblems({ ...good, States: { ...good.States, Run: { ...Run, Seconds: 3 } } })).toContain("Run (Task) has no field Seconds");
  expect(statesLanguageProblems({ ...good, States: { ...good.States, Lost: { Type: "Succeed" } } })).toContain("Lost is never reached");
});

describe("a runner's life", () => {
  test("one task is started with the message, lives as long as it may, and is stopped", () => {
    const { visited, calls, waitedSeconds } = play(machine(), '{"job":7}', { runTask: [started] });
    expect(visited).toEqual(["Read", "Run", "Started?", "Live", "Stop", "Ended"]);
    expect(calls).toEqual([
      {
        resource: "arn:aws:states:::ecs:runTask",
        parameters: {
          Cluster: "CLUSTER",
          TaskDefinition: "TASK:1",
          LaunchType: "FARGATE",
          PropagateTags: "TASK_DEFINITION",
          NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ["subnet-1"], SecurityGroups: ["sg-1"], AssignPublicIp: "DISABLED" } },
          Overrides: { ContainerOverrides: [{ Name: "runner", Environment: [{ Name: "GOSLING_RUNNER_START", Value: '{"job":7}' }] }] },
        },
      },
      { resource: "arn:aws:states:::aws-sdk:ecs:stopTask", parameters: { Cluster: "CLUSTER", Task: "TASK/1", Reason: "The time of this runner is over." } },
    ]);
    expect(waitedSeconds).toBe(1500);
  });

  test("a task that ended long ago is no error", () => {
    expect(play(machine(), "", { runTask: [started], stopTask: "Ecs.InvalidParameterException" }).visited.at(-1)).toBe("Ended");
  });

  test("that can't be ended fails for everybody to see", () => {
    expect(play(machine(), "", { runTask: [started], stopTask: "Ecs.AccessDeniedException" }).visited.at(-1)).toBe("Stop");
  });

  test("no capacity, which is no error to ECS: it is tried again, each time later", () => {
    const { visited, waitedSeconds } = play(machine(), "", { runTask: [noCapacity, noCapacity, started] });
    expect(visited.filter((name) => name === "Run")).toHaveLength(3);
    expect(visited.at(-1)).toBe("Ended");
    expect(waitedSeconds).toBe(10 + 20 + 1500);
  });

  test("no capacity for long: the message goes to the dead-letter queue", () => {
    const { visited, calls } = play(machine(), "the message", { runTask: Array.from({ length: 10 }, () => noCapacity) });
    expect(visited.filter((name) => name === "Run")).toHaveLength(6);
    expect(visited.slice(-2)).toEqual(["Give up", "Not started"]);
    expect(calls.at(-1)).toEqual({ resource: "arn:aws:states:::sqs:sendMessage", parameters: { QueueUrl: "DEAD", MessageBody: "the message" } });
  });

  test("a start that fails for good: the message goes to the dead-letter queue", () => {
    const { visited, calls } = play(machine(), "the message", { runTask: [{ error: "ECS.ClusterNotFoundException" }] });
    expect(visited).toEqual(["Read", "Run", "Give up", "Not started"]);
    expect(calls.at(-1)?.parameters).toMatchObject({ MessageBody: "the message" });
  });
});

test("throttling and faults of AWS are waited out with a growing, random pause", () => {
  expect(machine().States["Run"]).toMatchObject({ Retry: [{ ErrorEquals: ["ECS.AmazonECSException", "ECS.ServerException", "ECS.ThrottlingException"], BackoffRate: 2, JitterStrategy: "FULL" }] });
  expect(machine().States["Stop"]).toMatchObject({ Retry: [{ ErrorEquals: ["Ecs.InvalidParameterException"], MaxAttempts: 0 }, { ErrorEquals: ["States.ALL"], BackoffRate: 2 }] });
});

test("P12: no task lives longer than 60 minutes, the time to end included", () => {
  for (const timeout of [1, 60, 600, 3300, 3599, 3600]) {
    expect(taskSeconds(timeout) + 30).toBeLessThanOrEqual(3600);
    expect(taskSeconds(timeout)).toBeGreaterThanOrEqual(Math.min(timeout, 3570));
  }
});

test("spot capacity is asked for by name", () => {
  const { calls } = play(machine({ preemptible: true, assignPublicIp: true }), "", { runTask: [started] });
  expect(calls[0]?.parameters).toMatchObject({ CapacityProviderStrategy: [{ CapacityProvider: "FARGATE_SPOT" }], NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: "ENABLED" } } });
  expect(calls[0]?.parameters).not.toHaveProperty("LaunchType");
});
