import { turned } from "./deployment-id";
import type { DeploymentStore } from "./deployment-store";
import { openObjectStore, type ObjectStoreOptions } from "./object-store";
import { S3Objects, type S3Place } from "./s3-client";
import type { Shelf, Slot } from "./shelf";
import { conflict } from "./store-errors";

export interface S3StoreOptions extends S3Place, ObjectStoreOptions {}

/** A store of objects in a bucket, beside the states. Nothing is asked before it is needed. */
export function openS3Store(options: S3StoreOptions): DeploymentStore {
  return openObjectStore(s3Shelf(new S3Objects(options)), options);
}

/**
 * - `deployments/UNIT/NUMBER`: a unit's deployments, counted down, so that the newest is listed first and two writers
 *   can't both take the next number; `NUMBER.end` beside it;
 * - `log/ID.NUMBER.UNIT`: empty; those of all units by id, turned round for the same reason. Written before the deployment:
 *   one without it is a claim that was lost;
 * - `configurations/HASH`, `index`.
 */
function s3Shelf(objects: S3Objects): Shelf {
  return {
    async *ofUnit(unit) {
      let begun: Slot | undefined;
      // A page of some: mostly only the newest is wanted.
      for await (const key of objects.list(`deployments/${unit}/`, 20)) {
        if (begun && key === `${begun.key}.end`) {
          yield { ...begun, ended: true };
          begun = undefined;
          continue;
        }
        if (begun) yield { ...begun, ended: false };
        begun = key.endsWith(".end") ? undefined : { unit, key };
      }
      if (begun) yield { ...begun, ended: false };
    },
    async *all(beginning) {
      for await (const key of objects.list(`log/${turned(beginning)}`)) {
        const [, id, number, unit] = /^log\/([^.]+)\.(\d+)\.(.+)$/.exec(key) ?? [];
        if (id !== undefined && unit !== undefined) yield { unit, id: turned(id), key: `deployments/${unit}/${number}` };
      }
    },
    claim: async (unit, id, after, content) => {
      const number = String(after ? numberIn(after.key) - 1 : LAST_NUMBER).padStart(DIGITS, "0");
      const slot = { unit, id, key: `deployments/${unit}/${number}` };
      await objects.put(`log/${turned(id)}.${number}.${unit}`, Buffer.alloc(0));
      if (!(await objects.create(slot.key, content))) throw conflict(unit, "it took the next number first");
      return { slot, rivals: [] };
    },
    begin: ({ key }) => objects.get(key),
    end: ({ key }) => objects.get(`${key}.end`),
    putEnd: ({ key }, content) => objects.create(`${key}.end`, content),
    configuration: (hash) => objects.get(`configurations/${hash}`),
    hasConfiguration: (hash) => objects.has(`configurations/${hash}`),
    putConfiguration: async (hash, content) => {
      // Another writer's is as good: it is named after what is in it.
      await objects.create(`configurations/${hash}`, content);
    },
    index: () => objects.get("index"),
    putIndex: (content) => objects.put("index", content),
    close: () => objects.close(),
  };
}

const DIGITS = 8;
const LAST_NUMBER = 10 ** DIGITS - 1;

function numberIn(key: string): number {
  return Number(key.slice(key.lastIndexOf("/") + 1));
}
