import { blocks } from "./blocks";
import { type BlockInput, type Checked, type Draft, checkBlock } from "./check-block";
import { inputOfProps } from "./props";
import { eggRules, eggsBucketRules } from "./rules/egg";
import { cloudRules } from "./rules/cloud";
import { jobRules } from "./rules/job";
import { motherGooseRules } from "./rules/mothergoose";
import { nestRules } from "./rules/nest";
import { uglyFoxRules } from "./rules/uglyfox";
import type { Problem } from "./schema";
import type { CloudValues, EggProps, EggValues, EggsBucketProps, EggsBucketValues, JobProps, JobValues, MotherGooseProps, MotherGooseValues, NestValues, RiftProps, RiftValues, UglyFoxProps, UglyFoxValues } from "./types";

/** What a block takes from the rest of the Nest. */
export interface CheckContext {
  /** `cloud` of the Nest's `mothergoose` block: Jobs without a cloud run there, and its `folder_id` holds for all. */
  readonly mothergooseCloud?: Draft<CloudValues>;
}

/** Checks the `nest` block, with the rules across its attributes. */
export function checkNest(input: BlockInput): Checked<NestValues> {
  const checked = checkBlock<NestValues>("nest", blocks.nest, input);
  return withRules(checked, nestRules(checked.draft, checked.unsettled));
}

/** Checks an `egg` block, with the rules across its attributes. `folder_id` is filled in from the context. */
export function checkEgg(input: BlockInput, context: CheckContext = {}): Checked<EggValues> {
  const checked = withFolder(checkBlock<EggValues>("egg", blocks.egg, input), context);
  return withRules(checked, eggRules(checked.draft, checked.unsettled, context.mothergooseCloud));
}

/** Checks an `eggsbucket` block, with the rules across its attributes. `folder_id` is filled in from the context. */
export function checkEggsBucket(input: BlockInput, context: CheckContext = {}): Checked<EggsBucketValues> {
  const checked = withFolder(checkBlock<EggsBucketValues>("eggsbucket", blocks.eggsbucket, input), context);
  return withRules(checked, eggsBucketRules(checked.draft, checked.unsettled, context.mothergooseCloud));
}

/** Checks a `job` block, with the rules across its attributes. `cloud` is filled in from the context. */
export function checkJob(input: BlockInput, context: CheckContext = {}): Checked<JobValues> {
  const own = checkBlock<JobValues>("job", blocks.job, input);
  const ownCloud = own.draft.cloud !== undefined || "cloud" in input.attributes;
  const checked = ownCloud ? withFolder(own, context) : withDraft(own, { ...own.draft, cloud: context.mothergooseCloud } as Draft<JobValues>);
  if (!checked.draft.cloud && ownCloud) return checked;
  return withRules(checked, jobRules(checked.draft, checked.unsettled, context.mothergooseCloud, ownCloud));
}

/** Checks the `uglyfox` block, with the rules across its attributes. */
export function checkUglyFox(input: BlockInput): Checked<UglyFoxValues> {
  const checked = checkBlock<UglyFoxValues>("uglyfox", blocks.uglyfox, input);
  return withRules(checked, uglyFoxRules(checked.draft));
}

/** Checks a `rift` block, with the rules across its attributes. `folder_id` is filled in from the context. */
export function checkRift(input: BlockInput, context: CheckContext = {}): Checked<RiftValues> {
  const checked = withFolder(checkBlock<RiftValues>("rift", blocks.rift, input), context);
  return withRules(checked, cloudRules(checked.draft.cloud, checked.unsettled, context.mothergooseCloud));
}

/** Checks the `mothergoose` block, with the rules across its attributes. */
export function checkMotherGoose(input: BlockInput): Checked<MotherGooseValues> {
  const checked = checkBlock<MotherGooseValues>("mothergoose", blocks.mothergoose, input);
  return withRules(checked, motherGooseRules(checked.draft, checked.unsettled));
}

/** Props of a construct, checked as the Fly block would be, with the same messages (they use Fly's names). */
export function checkEggProps(props: EggProps): Checked<EggValues> {
  return checkEgg(inputOfProps(blocks.egg, props));
}
/** See {@link checkEggProps}. */
export function checkEggsBucketProps(props: EggsBucketProps): Checked<EggsBucketValues> {
  return checkEggsBucket(inputOfProps(blocks.eggsbucket, props));
}
/** See {@link checkEggProps}. */
export function checkJobProps(props: JobProps): Checked<JobValues> {
  return checkJob(inputOfProps(blocks.job, props));
}
/** See {@link checkEggProps}. */
export function checkUglyFoxProps(props: UglyFoxProps): Checked<UglyFoxValues> {
  return checkUglyFox(inputOfProps(blocks.uglyfox, props));
}
/** See {@link checkEggProps}. */
export function checkRiftProps(props: RiftProps): Checked<RiftValues> {
  return checkRift(inputOfProps(blocks.rift, props));
}
/** See {@link checkEggProps}. */
export function checkMotherGooseProps(props: MotherGooseProps): Checked<MotherGooseValues> {
  return checkMotherGoose(inputOfProps(blocks.mothergoose, props));
}

function withRules<Values>(checked: Checked<Values>, rules: readonly Problem[]): Checked<Values> {
  if (rules.length === 0) return checked;
  const failed = rules.some((problem) => problem.severity === "error");
  return { ...checked, values: failed ? undefined : checked.values, problems: [...checked.problems, ...rules] };
}

function withDraft<Values>(checked: Checked<Values>, draft: Draft<Values>): Checked<Values> {
  return { ...checked, draft, values: checked.values === undefined ? undefined : (draft as Values) };
}

/** Fills `folder_id` in where a block on Yandex Cloud leaves it to `mothergoose.cloud`. */
function withFolder<Values extends { readonly cloud?: CloudValues }>(checked: Checked<Values>, context: CheckContext): Checked<Values> {
  const cloud = checked.draft.cloud as Draft<CloudValues> | undefined;
  const folderId = context.mothergooseCloud?.folderId;
  if (cloud?.provider !== "yandex" || cloud.folderId !== undefined || folderId === undefined || checked.unsettled.has("cloud.folder_id")) return checked;
  return withDraft(checked, { ...checked.draft, cloud: { ...cloud, folderId } });
}
