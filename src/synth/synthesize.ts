import { mkdirSync } from "node:fs";
import { sha256 } from "../../constructs/canonical-json";
import type { Nest, Place } from "../nest/model";
import { writeWhole } from "../nest/write-whole";
import { checkSupported } from "./check-supported";
import { libraryVersion } from "./library-version";
import { type Manifest, type ManifestStack, manifestText, readManifest } from "./manifest";
import { fileHash, manifestFile, outputFolder, removeStack, stackFile, stacksInOutput, writeStacks, writingTo } from "./output";
import { planServices, servicesOf } from "./plan-services";
import { planStacks, type PlannedStack, selectTargets, unitsOf } from "./plan-stacks";
import { nameOf } from "./unit-specification";

export interface SynthesizeOptions {
  /** Folder of the output, absolute or relative to the Nest. Default: `gosling.out`. */
  readonly out?: string;
  /** Names of Eggs, buckets, Jobs and Rifts, or `mothergoose`: only theirs are synthesized, and nothing is removed. Default: all. */
  readonly targets?: readonly string[];
}

export interface Synthesis {
  /** Absolute path of the output. */
  readonly out: string;
  /** All stacks of the output, also those that were not asked for. */
  readonly manifest: Manifest;
  /** Those that were asked for, sorted by name. */
  readonly stacks: readonly SynthesizedStack[];
  /** Stacks that were there and that the Nest no longer has, sorted. */
  readonly removed: readonly string[];
}

export interface SynthesizedStack extends ManifestStack {
  readonly name: string;
  /** `unchanged`: what it is made from and its file are as they were, and it was not made again. */
  readonly status: "synthesized" | "unchanged";
  /** Absolute path of its configuration. */
  readonly file: string;
}

/**
 * Writes the engine's configuration of a Nest: `stacks/NAME/cdk.tf.json` and `manifest.json`. The same
 * Nest gives the same bytes on every machine. A stack is made only where what it is made from, or its
 * file, has changed; contents decide, never times. Where something can't be made, nothing is written.
 *
 * @throws GoslingError `NOT_SUPPORTED`, `UNKNOWN_TARGET`, `OUTPUT_UNWRITABLE`, and what a cloud refuses
 *   (`NO_INSTANCE_TYPE`, `CONFIGURATION_TOO_LARGE`, `PROPS`), with the unit's place.
 */
export async function synthesize(nest: Nest, { out: folder, targets }: SynthesizeOptions = {}): Promise<Synthesis> {
  const out = outputFolder(nest.root, folder);
  const all = unitsOf(nest);
  const { units, services } = targets ? selectTargets(all, servicesOf(nest), targets) : { units: all, services: servicesOf(nest) };
  checkSupported(units, services);

  const version = libraryVersion();
  const before = readManifest(manifestFile(out));
  const planned = [...planStacks(units, nest, version.hash), ...planServices(services, nest, version.hash)].sort((a, b) => (a.unit < b.unit ? -1 : a.unit > b.unit ? 1 : 0));
  const kept = new Map(planned.flatMap((stack) => keptStack(out, stack, before?.stacks[stack.name])));
  const changed = planned.filter((stack) => !kept.has(stack.name));
  const texts = changed.length === 0 ? new Map<string, string>() : await makeStacks(changed, new Map([...units.map((unit): [string, Place] => [nameOf(unit), unit.place]), ...services.map(({ name, place }): [string, Place] => [name, place])]));

  writingTo(out, () => writeStacks(out, texts));
  const stacks = planned.map(({ made: _, name, ...stack }): SynthesizedStack => {
    const text = texts.get(name);
    const outputHash = text === undefined ? (kept.get(name) as string) : sha256(text);
    return { name, ...stack, outputHash, status: text === undefined ? "unchanged" : "synthesized", file: stackFile(out, name) };
  });

  const wanted = new Set(planned.map(({ name }) => name));
  const removed = targets ? [] : writingTo(out, () => stacksInOutput(out).filter((name) => !wanted.has(name) && removeStack(out, name)));
  const untouched = targets ? Object.entries(before?.stacks ?? {}).filter(([name]) => !wanted.has(name)) : [];
  const written = stacks.map(({ name, status: _status, file: _file, ...stack }): [string, ManifestStack] => [name, stack]);
  const manifest: Manifest = {
    format: 1,
    gosling: version.gosling,
    library: version.library,
    stacks: Object.fromEntries([...untouched, ...written].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  const text = manifestText(manifest);
  if (fileHash(manifestFile(out)) !== sha256(text)) {
    writingTo(out, () => {
      mkdirSync(out, { recursive: true });
      writeWhole(manifestFile(out), text);
    });
  }
  return { out, manifest, stacks, removed };
}

/** The engine library costs as much as a whole synthesis without changes, so it is loaded only where something has to be made. */
async function makeStacks(planned: readonly PlannedStack[], places: ReadonlyMap<string, Place>): Promise<ReadonlyMap<string, string>> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- import() would start the ESM loader
  return (require("./make-stacks") as typeof import("./make-stacks")).makeStacks(planned, places);
}

/** The stack's name and hash where it needs not be made again. */
function keptStack(out: string, stack: PlannedStack, before: ManifestStack | undefined): readonly (readonly [string, string])[] {
  if (before?.inputHash !== stack.inputHash || fileHash(stackFile(out, stack.name)) !== before.outputHash) return [];
  return [[stack.name, before.outputHash]];
}
