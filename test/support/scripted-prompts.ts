import type { Prompts } from "../../src/cli/prompts";

/** A question as it was put, with the answer that it got. */
export interface PutQuestion {
  readonly message: string;
  readonly offered?: string | boolean;
  readonly answer: string | boolean;
}

/**
 * Somebody at the prompts. `answers` holds what is answered to the question that begins with a text, in the order of the
 * questions where it is a list; to all others Enter is pressed, which takes what is offered. An answer that the
 * question refuses fails the test.
 */
export function somebody(answers: Readonly<Record<string, string | boolean | readonly (string | boolean)[]>>): Prompts & { readonly asked: readonly PutQuestion[] } {
  const asked: PutQuestion[] = [];
  const left = new Map(Object.entries(answers).map(([start, answer]) => [start, Array.isArray(answer) ? [...(answer as readonly (string | boolean)[])] : answer]));
  const answerTo = (message: string, offered: string | boolean | undefined): string | boolean => {
    const start = [...left.keys()].find((each) => message.startsWith(each));
    const prepared = start === undefined ? undefined : left.get(start);
    const answer = (Array.isArray(prepared) ? prepared.shift() : (prepared as string | boolean | undefined)) ?? offered;
    if (answer === undefined) throw new Error(`nobody has an answer to: ${message}`);
    asked.push({ message, ...(offered !== undefined && { offered }), answer });
    return answer;
  };
  return {
    asked,
    async text({ message, offered, check }) {
      const answer = String(answerTo(message, offered));
      const complaint = check?.(answer);
      if (complaint !== undefined) throw new Error(`${message} ${JSON.stringify(answer)} is refused: ${complaint}`);
      return answer;
    },
    async password({ message, check }) {
      const answer = String(answerTo(message, undefined));
      const complaint = check?.(answer);
      if (complaint !== undefined) throw new Error(`${message} is refused: ${complaint}`);
      return answer;
    },
    async select({ message, options, offered }) {
      const answer = String(answerTo(message, offered));
      if (!options.some(({ value }) => value === answer)) throw new Error(`${message} has no choice ${answer}`);
      return answer;
    },
    async confirm({ message, offered }) {
      return answerTo(message, offered) === true;
    },
  };
}
