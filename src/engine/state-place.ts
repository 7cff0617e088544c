import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

interface Backends {
  readonly s3?: { readonly bucket?: string; readonly key?: string };
  readonly http?: { readonly address?: string };
  readonly local?: { readonly path?: string };
}

/** Where a stack's state is, for people, from the stack's configuration; nothing where that does not tell. */
export async function placeOfState(folder: string): Promise<string | undefined> {
  for (const name of (await readdir(folder).catch(() => [])).filter((file) => file.endsWith(".tf.json"))) {
    const backend = await backendIn(join(folder, name));
    if (backend?.s3) return `s3://${backend.s3.bucket}/${backend.s3.key}`;
    if (backend?.http) return backend.http.address;
    if (backend?.local) return resolve(folder, backend.local.path ?? "terraform.tfstate");
  }
  return undefined;
}

async function backendIn(file: string): Promise<Backends | undefined> {
  try {
    const { terraform } = JSON.parse(await readFile(file, "utf8")) as { terraform?: { backend?: Backends } };
    return terraform?.backend;
  } catch {
    return undefined;
  }
}
