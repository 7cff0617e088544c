import { randomBytes } from "node:crypto";
import { isUtf8 } from "node:buffer";
import type { Command } from "commander";
import { findNest, type SecretUse } from "../nest";
import { generateKey, type SecretPlace } from "../secrets";
import { GoslingError } from "../vocabulary/error";
import { parseSecretReference, type SecretReference } from "../vocabulary/secret";
import { canPrompt, type Context, EXIT, type GlobalFlags } from "./context";
import { secretFileWarning } from "./git-tracked";
import { addNestOptions, loadNest, nestFolder } from "./nest-option";
import { withSecrets } from "./open-secrets";
import type { Cli } from "./program";
import { terminalPrompts } from "./prompts";
import { checkSecrets } from "./secrets-check";

interface WriteFlags extends GlobalFlags {
  readonly region?: string;
  readonly folderId?: string;
  readonly force?: boolean;
}

/** What fits into one environment variable on Linux, with its newline. */
const LIMIT_BYTES = 128 * 1024 - 2;

export function configure(command: Command, cli: Cli): void {
  command.helpCommand(false);
  const check = subcommand(command, "check", "Read every secret of the Nest, and say what is wrong")
    .addHelpText("after", "\nShows no value. Exit code 1 where a secret can't be had; a local runner that has no token yet is a warning.\nGOSLING_SECRETS_LOG=FILE keeps a log of every access.")
    .action(cli.action(() => checkSecrets(cli, check)));

  const set = subcommand(command, "set", "Store a value: from standard input, or typed unseen")
    .argument("<reference>", "where, such as aws-sm://team/my-app/token")
    .option("--region <region>", "region of AWS (default: that of the Egg that uses it, else AWS_REGION)")
    .option("--folder-id <id>", "folder of Yandex Cloud, for Lockbox (default: that of the Egg that uses it, else YC_FOLDER_ID)")
    .addHelpText("after", "\nOne newline at the end of the input is no part of the value. What is there is replaced; Secrets Manager, Lockbox and Vault keep it as an older version.\n\nExample:\n  gosling secrets set aws-sm://team/my-app/token < token.txt")
    .action(
      cli.action(async (text: string) => {
        const reference = readReference(text);
        return write(cli, set, reference, text, await valueFor(text, cli.context, cli.flags(set)), true, "is set");
      }),
    );

  const generate = subcommand(command, "generate", "Make a key for the state's encryption, and store it")
    .argument("<reference>", "where, as nest.state.encryption.key names it")
    .option("--region <region>", "region of AWS (default: that of the state's bucket, else AWS_REGION)")
    .option("--folder-id <id>", "folder of Yandex Cloud, for Lockbox (default: YC_FOLDER_ID)")
    .option("--force", "replace what is there: states that are encrypted with it can't be read any more")
    .addHelpText("after", "\nThe key has 32 random bytes, in base64, and is not shown.")
    .action(
      cli.action((text: string) => {
        const { force = false } = generate.opts<WriteFlags>();
        return write(cli, generate, readReference(text), text, generateKey(randomBytes), force, "holds a new key");
      }),
    );
}

function subcommand(command: Command, name: string, summary: string): Command {
  return addNestOptions(command.command(name).summary(summary).description(`${summary}.`).configureHelp({ showGlobalOptions: true }));
}

function readReference(text: string): SecretReference {
  const reference = parseSecretReference(text);
  if (reference.ok) return reference.value;
  // Not repeated: the value may stand in its place.
  throw new GoslingError("SECRET_REFERENCE", `This is no reference to a secret: ${reference.message}`, { exitCode: EXIT.usage });
}

async function write(cli: Cli, command: Command, reference: SecretReference, text: string, value: string, replace: boolean, done: string): Promise<number> {
  const { context } = cli;
  const flags = command.optsWithGlobals<WriteFlags>();
  const nest = await nestOf(cli, command, reference, flags);
  const used = nest.placeOf(text);
  const region = flags.region ?? used.region;
  const folderId = flags.folderId ?? used.folderId;
  // What Jobs may push with is nothing for MotherGoose.
  const tagged = used.role !== "write";
  await withSecrets(context, nest.root, nest.name, (secrets) => secrets.write(text, value, { replace, tagged, ...(region !== undefined && { region }), ...(folderId !== undefined && { folderId }) }));
  const warning = reference.backend === "file" ? await secretFileWarning(nest.root, reference.name) : undefined;
  if (warning !== undefined) context.stderr.write(`warning: ${warning}\n`);
  if (flags.json) context.stdout.write(`${JSON.stringify({ reference: text, region: region ?? null, folder_id: folderId ?? null, warning: warning ?? null })}\n`);
  else if (!flags.quiet) context.stdout.write(`${text} ${done}\n`);
  return EXIT.done;
}

interface NestHere {
  readonly root: string;
  readonly name?: string;
  /** Where those keep it that use it. */
  placeOf(reference: string): SecretPlace & Pick<SecretUse, "role">;
}

/** The Nest here: a file needs its folder, the others need none, and go by what it says where there is one. */
async function nestOf(cli: Cli, command: Command, { backend }: SecretReference, flags: GlobalFlags): Promise<NestHere> {
  const needed = backend === "file" || flags.nest !== undefined;
  const root = needed ? nestFolder(cli, command) : findNest(cli.context.cwd);
  if (root === undefined || (backend !== "aws-sm" && backend !== "yc-lockbox")) return { root: root ?? cli.context.cwd, placeOf: () => ({}) };
  const result = await loadNest(cli, command);
  const place = backend === "aws-sm" ? "region" : "folderId";
  return {
    root,
    ...(result.nest && { name: result.nest.name }),
    placeOf(text) {
      const uses = result.secrets().filter((use) => use.reference === text);
      return uses.find((use) => use[place] !== undefined) ?? uses[0] ?? {};
    },
  };
}

/** The value as somebody types it, or as it comes from standard input. */
async function valueFor(reference: string, context: Context, flags: GlobalFlags): Promise<string> {
  if (canPrompt(context, flags)) return terminalPrompts(context).password({ message: `Value of ${reference}`, check: problemOf });
  if (context.stdin.isTTY) throw new GoslingError("SECRET_INPUT", "The value comes from standard input, and nobody can be asked here", { hint: `gosling secrets set ${reference} < FILE`, exitCode: EXIT.usage });
  const bytes = await readAll(context.stdin);
  const value = isUtf8(bytes) ? bytes.toString("utf8").replace(/\r?\n$/, "") : undefined;
  const problem = value === undefined ? "It is no UTF-8 text." : problemOf(value);
  if (value !== undefined && problem === undefined) return value;
  throw new GoslingError("SECRET_INPUT", `The value from standard input can't be stored. ${problem}`, { hint: `gosling secrets set ${reference} < FILE`, exitCode: EXIT.usage });
}

function problemOf(value: string): string | undefined {
  if (value === "") return "It is empty.";
  if (value.includes("\0")) return "It holds a zero byte: keep binary values in base64.";
  if (Buffer.byteLength(value) > LIMIT_BYTES) return `It is longer than ${LIMIT_BYTES} bytes, and no environment variable can hold it.`;
  return undefined;
}

/** What goes beyond the limit is not kept, only enough of it to see that it does. */
async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Buffer | string);
    length += bytes.length;
    if (length <= LIMIT_BYTES + 64 * 1024) chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
