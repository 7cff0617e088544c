/** Every code that a rule of the vocabulary can report: what it means, and one way out. docs/fly.md lists them. */
export interface ProblemCode {
  readonly meaning: string;
  readonly wayOut: string;
}

export const PROBLEM_CODES = {
  // The shape of a block
  FLY101: { meaning: "An attribute that the block does not have.", wayOut: "Write the name that was meant, or remove it." },
  FLY102: { meaning: "A block that can't stand there.", wayOut: "Write the name that was meant, or remove it." },
  FLY103: { meaning: "A required attribute is missing.", wayOut: "Add it." },
  FLY104: { meaning: "A required block is missing.", wayOut: "Add it." },
  FLY105: { meaning: "Of several attributes exactly one must be given.", wayOut: "Keep one." },
  FLY106: { meaning: "A block that may stand once stands again.", wayOut: "Make one of the two." },
  FLY107: { meaning: "A block has too few or too many labels.", wayOut: "Write as many as the block takes." },
  FLY108: { meaning: "A name that is none.", wayOut: "Use letters, digits, `-` and `_`, at most 63." },
  FLY109: { meaning: "Two blocks have one name, or names that clouds can't tell apart.", wayOut: "Rename one." },
  FLY110: { meaning: "An attribute is written as a block, or a block as an attribute.", wayOut: "A block has no `=`, an attribute has one." },
  // Values
  FLY111: { meaning: "A value of the wrong type. Nothing is converted silently.", wayOut: "Write a value of the expected type; `tonumber()`, `tostring()`, `tobool()` convert." },
  FLY112: { meaning: "A number, size or duration outside its limits.", wayOut: "Stay within the limits." },
  FLY113: { meaning: "A value that is not one of those allowed.", wayOut: "Take one of the list." },
  FLY114: { meaning: "A text that is no duration, size, host, cron schedule, secret reference …", wayOut: "Write it in the form that the message shows." },
  FLY115: { meaning: "A text that lacks the form that its attribute asks for.", wayOut: "Write it in the form that the message shows." },
  FLY116: { meaning: "A list with too few items, or with one twice.", wayOut: "Add or remove an item." },
  FLY117: { meaning: "The name of an environment variable that is none.", wayOut: "Use letters, digits and `_`; no digit first." },
  FLY118: { meaning: "The value of an environment variable that no process can have.", wayOut: "Remove the NUL character." },
  FLY119: { meaning: "A condition that can't be read.", wayOut: "Mend it at the place that is marked." },
  FLY120: { meaning: "A condition asks for a field that there isn't.", wayOut: "Take a field of the list." },
  FLY121: { meaning: "A condition compares what can't be compared.", wayOut: "Compare values of one type." },
  // Rules inside one block
  FLY130: { meaning: "A serverless runner with a `timeout` over 60m.", wayOut: "Lower `timeout`, or use `type = \"vm\"`." },
  FLY131: { meaning: "`lambda` with a `timeout` over 15m.", wayOut: "Lower `timeout`, or use `fargate`." },
  FLY132: { meaning: "`serverless_engine` outside AWS.", wayOut: "Remove it." },
  FLY133: { meaning: "A serverless runner with the `docker` executor.", wayOut: "Use `executor = \"shell\"`, or `type = \"vm\"`." },
  FLY134: { meaning: "A serverless runner with a Nadir: nothing of it can sleep.", wayOut: "Remove `nadir`, or use `type = \"vm\"`." },
  FLY135: { meaning: "A serverless runner that asks for more than the cloud's serverless runners have.", wayOut: "Ask for less, or use `type = \"vm\"`." },
  FLY136: { meaning: "A minimum over its maximum.", wayOut: "Lower the minimum, or raise the maximum." },
  FLY137: { meaning: "A pool larger than `concurrent`.", wayOut: "Lower `max_count`, or raise `runner.concurrent`." },
  FLY138: { meaning: "Spot machines on AWS with a Nadir: they can't be stopped and kept.", wayOut: "Remove `nadir`, or `preemptible`." },
  FLY139: { meaning: "A secret of this machine (`env://`, `file://`) for a runner in a cloud, which could not read it.", wayOut: "Put it into the cloud's secret store." },
  FLY140: { meaning: "`agent_config` sets what Gosling itself writes.", wayOut: "Remove the key; use the attribute of the block." },
  FLY141: { meaning: "No tags, and untagged jobs are refused: no job could ever run.", wayOut: "Add a tag, or `run_untagged = true`." },
  FLY142: { meaning: "`region` is missing for AWS or Yandex Cloud.", wayOut: "Add it." },
  FLY143: { meaning: "`folder_id` is missing for Yandex Cloud.", wayOut: "Add it here or to `mothergoose.cloud`." },
  FLY144: { meaning: "A tag that the cloud does not accept, or that is Gosling's own.", wayOut: "Write it in the cloud's form." },
  FLY145: { meaning: "One environment variable both as plain value and as secret.", wayOut: "Keep one." },
  FLY146: { meaning: "A shared state without encryption: a warning here, an error of `plan` and `deploy` with an engine that can encrypt.", wayOut: "Add `encryption` with a key, or `enabled = false`." },
  FLY147: { meaning: "A state back end lacks what it needs.", wayOut: "Add the attribute." },
  FLY148: { meaning: "Messages come back while their worker still works.", wayOut: "Raise `visibility_timeout` to `workers.timeout`." },
  FLY149: { meaning: "A Job has no cloud.", wayOut: "Add `cloud` to it, or a `mothergoose` block." },
  FLY150: { meaning: "An attribute that has no effect here (warning).", wayOut: "Remove it." },
  // Rules across blocks and files
  FLY160: { meaning: "No `nest` block.", wayOut: "Add `nest { name = … }` to `nest.fly` at the root." },
  FLY161: { meaning: "A block that a Nest has once stands twice.", wayOut: "Make one of the two." },
  FLY162: { meaning: "Two Eggs for one project or group of one server.", wayOut: "Remove one, or join them in one Egg." },
  FLY163: { meaning: "A Rift that does not exist.", wayOut: "Write the name that was meant, or add the Rift." },
  FLY164: { meaning: "A Rift in another cloud or region.", wayOut: "Name a Rift beside the runners." },
  FLY165: { meaning: "`renamed_from` names an Egg that is still there.", wayOut: "Remove `renamed_from`, or the old Egg." },
  FLY166: { meaning: "Two blocks are renamed from one.", wayOut: "Keep `renamed_from` in one of them." },
  FLY167: { meaning: "An Egg in two `runners_condition`s.", wayOut: "Keep it in one." },
  FLY168: { meaning: "`eggs_entities` names an Egg that does not exist.", wayOut: "Write the name that was meant." },
  FLY169: { meaning: "`\"*\"` stands beside names.", wayOut: "Keep either `\"*\"` or the names." },
  FLY170: { meaning: "A block in the wrong folder.", wayOut: "Move it." },
  FLY171: { meaning: "A folder or file whose name differs from its block's label (warning).", wayOut: "Rename one of the two." },
} as const satisfies Readonly<Record<string, ProblemCode>>;

export type Code = keyof typeof PROBLEM_CODES;
