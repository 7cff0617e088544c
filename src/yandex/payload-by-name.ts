import type { Method } from "./channels";

/** Asks for a payload by the name of its secret. */
export interface PayloadByNameRequest {
  readonly folderId: string;
  readonly secretName: string;
  /** Empty: the current one. */
  readonly versionId: string;
}

export interface PayloadByName {
  readonly secretId: string;
  readonly versionId: string;
  /** Bytes of text entries too. */
  readonly entries: ReadonlyMap<string, Buffer>;
}

/**
 * `PayloadService/GetEx`, which the SDK's definitions of this version don't have. It needs no more than the right to
 * read this secret's payload; to look a name up in the folder's list is another right, which runners don't have.
 *
 * Request: `folder_and_name` 2 `{ folder_id 1, secret_name 2 }`, `version_id` 21. Answer: `secret_id` 1,
 * `version_id` 2, `entries` 3, a map of bytes.
 */
export const getPayloadByName: Method<PayloadByNameRequest, PayloadByName> = {
  path: "/yandex.cloud.lockbox.v1.PayloadService/GetEx",
  requestSerialize: ({ folderId, secretName, versionId }) => Buffer.concat([field(2, Buffer.concat([field(1, folderId), field(2, secretName)])), ...(versionId === "" ? [] : [field(21, versionId)])]),
  responseDeserialize(bytes) {
    const answer = fields(bytes);
    return {
      secretId: last(answer, 1).toString("utf8"),
      versionId: last(answer, 2).toString("utf8"),
      entries: new Map(
        answer.filter(({ number }) => number === 3).map(({ content }) => {
          const entry = fields(content);
          return [last(entry, 1).toString("utf8"), last(entry, 2)];
        }),
      ),
    };
  },
};

interface Field {
  readonly number: number;
  readonly content: Buffer;
}

/** Wire type of texts, bytes and messages: the length stands in front. */
const DELIMITED = 2;
/** Bytes of the wire types that have a fixed length. */
const FIXED: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

function field(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(number * 8 + DELIMITED), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Buffer.from([...bytes, value]);
}

/** The fields that have a length; others are skipped, as those of a later version are. */
function fields(bytes: Buffer): readonly Field[] {
  const found: Field[] = [];
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes.readUInt8(at++);
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = number();
    const type = tag % 8;
    if (type === 0) number();
    else if (type === DELIMITED) {
      const length = number();
      if (at + length > bytes.length) throw new RangeError("a field is cut off");
      found.push({ number: Math.floor(tag / 8), content: bytes.subarray(at, at + length) });
      at += length;
    } else {
      const length = FIXED[type];
      if (length === undefined) throw new RangeError("a field of an unknown type");
      at += length;
    }
  }
  return found;
}

function last(all: readonly Field[], number: number): Buffer {
  return all.findLast((each) => each.number === number)?.content ?? Buffer.alloc(0);
}
