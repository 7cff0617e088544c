import type { BlockSpec } from "../schema";
import { egg } from "./egg";
import { eggsbucket } from "./eggsbucket";
import { job } from "./job";
import { mothergoose } from "./mothergoose";
import { nest } from "./nest";
import { rift } from "./rift";
import { uglyfox } from "./uglyfox";

/** Every block that a Fly file may hold at its top, by its Fly name. `variable` and `locals` are the language's own. */
export const blocks = { nest, egg, eggsbucket, job, uglyfox, rift, mothergoose } as const satisfies Readonly<Record<string, BlockSpec>>;

export type BlockName = keyof typeof blocks;
