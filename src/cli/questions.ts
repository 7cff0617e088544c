import type { BlockInput } from "../vocabulary/check-block";
import { GoslingError } from "../vocabulary/error";
import { EXIT } from "./context";
import type { Prompts } from "./prompts";

/** What was answered, by flag: the texts that a person typed or the flags had. Nothing else decides what is written. */
export type Answers = ReadonlyMap<string, readonly string[]>;

/** Content of a block while it is put together. */
export interface BlockDraft extends BlockInput {
  labels: readonly string[];
  attributes: Record<string, unknown>;
  blocks: Record<string, BlockDraft[]>;
}

/** One thing that is to be known: a flag, and a prompt for who does not give it. */
export interface Question {
  /** `project-id`, without dashes. */
  readonly flag: string;
  /** What stands for the value in help: `number`. */
  readonly value: string;
  readonly description: string;
  /** Whether the flag may be given again, each time with one more value. */
  readonly many?: boolean;
  /** The values that there are, where they are few. */
  readonly choices?: readonly string[];
  /** Whether it must be answered, seen the answers before it. Default: never; then there is a flag and no prompt. */
  readonly needed?: (answers: Answers) => boolean;
  /** What is offered: `--yes` takes it, a prompt starts with it. */
  readonly offered?: (answers: Answers) => string | undefined;
  /** What is wrong with the answer. */
  check(texts: readonly string[]): string | undefined;
  ask(prompts: Prompts, offered: string | undefined): Promise<readonly string[]>;
  /** Puts the answer where it belongs. */
  put(block: BlockDraft, texts: readonly string[]): void;
}

/** Of several questions one is to be answered; a prompt first asks which. */
export interface Alternatives {
  readonly message: string;
  readonly of: readonly (Question & { readonly label: string })[];
  readonly needed?: (answers: Answers) => boolean;
}

export type Step = Question | Alternatives;

export function questionsOf(steps: readonly Step[]): readonly Question[] {
  return steps.flatMap((step): readonly Question[] => ("of" in step ? step.of : [step]));
}

export function emptyBlock(labels: readonly string[] = []): BlockDraft {
  return { labels, attributes: {}, blocks: {} };
}

/** The block that the answers give. */
export function blockOf(name: string, steps: readonly Step[], answers: Answers): BlockDraft {
  const block = emptyBlock([name]);
  for (const question of questionsOf(steps)) {
    const texts = answers.get(question.flag);
    if (texts) question.put(block, texts);
  }
  return block;
}

export interface AnswerOptions {
  /** Absent: nobody is there. */
  readonly prompts?: Prompts;
  /** `--yes`: take what is offered, without a question. */
  readonly takeOffered?: boolean;
  /** How the command is called, for the messages: `gosling add egg`. */
  readonly command: string;
}

/**
 * All answers: the given ones, then those that `--yes` takes, then those of the person at the terminal.
 * @throws GoslingError `BAD_ANSWER` for given answers that can't be, `ANSWERS_MISSING` where nobody is there to ask:
 * both name all of them at once, with exit code 64.
 */
export async function answerAll(steps: readonly Step[], given: Answers, options: AnswerOptions): Promise<Answers> {
  refuseBad(questionsOf(steps), given, options.command);
  const answers = new Map(given);
  const missing: { readonly flags: string; readonly offered?: string }[] = [];
  for (const step of steps) {
    const asked = "of" in step ? step.of : [step];
    if (asked.some(({ flag }) => answers.has(flag)) || !step.needed?.(answers)) continue;
    const offered = "of" in step ? undefined : step.offered?.(answers);
    const [question] = asked;
    if (options.takeOffered && offered !== undefined && question) answers.set(question.flag, [offered]);
    else if (options.prompts) await askStep(step, options.prompts, offered, answers);
    else missing.push({ flags: asked.map(flagText).join(" or "), ...(offered !== undefined && { offered: `--${question?.flag ?? ""} ${shellWord(offered)}` }) });
  }
  if (missing.length > 0) throw missingAnswers(missing, options.command);
  return answers;
}

async function askStep(step: Step, prompts: Prompts, offered: string | undefined, answers: Map<string, readonly string[]>): Promise<void> {
  if (!("of" in step)) {
    answers.set(step.flag, await step.ask(prompts, offered));
    return;
  }
  const flag = await prompts.select({ message: step.message, options: step.of.map((each) => ({ value: each.flag, label: each.label })) });
  const chosen = step.of.find((each) => each.flag === flag);
  if (!chosen) throw new Error(`no such choice: ${flag}`);
  answers.set(flag, await chosen.ask(prompts, chosen.offered?.(answers)));
}

function refuseBad(questions: readonly Question[], given: Answers, command: string): void {
  const complaints = questions.flatMap((question) => {
    const texts = given.get(question.flag);
    const complaint = texts && question.check(texts);
    return complaint === undefined ? [] : [`--${question.flag}: ${complaint}`];
  });
  if (complaints.length === 0) return;
  throw new GoslingError("BAD_ANSWER", complaints.join("\n"), { hint: `${command} --help tells what each flag takes.`, exitCode: EXIT.usage });
}

function missingAnswers(missing: readonly { readonly flags: string; readonly offered?: string }[], command: string): GoslingError {
  const offered = missing.flatMap((each) => each.offered ?? []);
  return new GoslingError("ANSWERS_MISSING", `${command} needs answers, and nobody is there to be asked: ${missing.map(({ flags }) => flags).join(", ")}`, {
    hint: offered.length === 0 ? "Give them as flags." : `Give them as flags, or --yes to take what a prompt would offer: ${offered.join(" ")}`,
    exitCode: EXIT.usage,
  });
}

function flagText({ flag, value }: Question): string {
  return `--${flag} <${value}>`;
}

/** The command that gives these answers without a question. */
export function commandLine(command: string, steps: readonly Step[], answers: Answers): string {
  const flags = questionsOf(steps).flatMap(({ flag }) => (answers.get(flag) ?? []).map((text) => `--${flag} ${shellWord(text)}`));
  return [command, ...flags].join(" ");
}

/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_\/.:=@,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
