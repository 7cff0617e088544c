/**
 * The container image of Gosling's own services. Its entry point is `gosling`.
 *
 * - On a Rift's machine it is started with `rift serve`; {@link RIFT_VARIABLE} holds a `RiftConfiguration`
 *   as JSON, {@link RIFT_FOLDER} is the disk of the cache.
 * - For MotherGoose it is started with `serve`; {@link GOOSE_VARIABLE} holds a `MotherGooseConfiguration`.
 *
 * One tag for each format of these configurations: a new version of Gosling that speaks the same formats
 * changes no stack.
 */
export const DEFAULT_SERVICE_IMAGE = "gosling/service:1";

/** Environment variable with what a Rift is told. */
export const RIFT_VARIABLE = "GOSLING_RIFT_CONFIGURATION";

/** Where a Rift's machine keeps its cache. */
export const RIFT_FOLDER = "/var/lib/gosling";

/** Environment variable with what a part of MotherGoose is told. */
export const GOOSE_VARIABLE = "GOSLING_SERVICE_CONFIGURATION";
