import { isList, UNKNOWN, type Value } from "./values";

/** MessagePack as the plugin protocol uses it: every extension type is an unknown value. */

export function encodeValue(value: Value): Buffer {
  const chunks: Uint8Array[] = [];
  write(value, chunks);
  return Buffer.concat(chunks);
}

/** @throws RangeError where the bytes are cut off or hold more than one value. */
export function decodeValue(source: Uint8Array): Value {
  const reader = { source: Buffer.from(source.buffer, source.byteOffset, source.byteLength), at: 0 };
  const value = read(reader);
  if (reader.at !== reader.source.length) throw new RangeError("bytes after the value");
  return value;
}

function write(value: Value, chunks: Uint8Array[]): void {
  if (value === null) chunks.push(Uint8Array.of(0xc0));
  else if (value === UNKNOWN) chunks.push(Uint8Array.of(0xd4, 0, 0));
  else if (typeof value === "boolean") chunks.push(Uint8Array.of(value ? 0xc3 : 0xc2));
  else if (typeof value === "number") chunks.push(Number.isSafeInteger(value) && !Object.is(value, -0) ? integer(BigInt(value)) : double(value));
  else if (typeof value === "bigint") chunks.push(integer(value));
  else if (typeof value === "string") {
    const bytes = Buffer.from(value, "utf8");
    chunks.push(header(bytes.length, { fixed: 0xa0, limit: 32, codes: [0xd9, 0xda, 0xdb] }), bytes);
  } else if (value instanceof Uint8Array) {
    chunks.push(header(value.length, { codes: [0xc4, 0xc5, 0xc6] }), value);
  } else if (isList(value)) {
    chunks.push(header(value.length, { fixed: 0x90, limit: 16, codes: [undefined, 0xdc, 0xdd] }));
    for (const element of value) write(element, chunks);
  } else {
    const members = Object.entries(value);
    chunks.push(header(members.length, { fixed: 0x80, limit: 16, codes: [undefined, 0xde, 0xdf] }));
    for (const [name, member] of members) {
      write(name, chunks);
      write(member as Value, chunks);
    }
  }
}

interface Headers {
  readonly fixed?: number;
  readonly limit?: number;
  /** For lengths of one, two and four bytes. */
  readonly codes: readonly [number | undefined, number, number];
}

function header(length: number, { fixed, limit = 0, codes: [one, two, four] }: Headers): Uint8Array {
  if (fixed !== undefined && length < limit) return Uint8Array.of(fixed | length);
  if (one !== undefined && length < 0x100) return Uint8Array.of(one, length);
  const out = Buffer.alloc(length < 0x10000 ? 3 : 5);
  if (out.length === 3) {
    out[0] = two;
    out.writeUInt16BE(length, 1);
  } else {
    out[0] = four;
    out.writeUInt32BE(length, 1);
  }
  return out;
}

function integer(value: bigint): Uint8Array {
  if (value >= 0n && value < 128n) return Uint8Array.of(Number(value));
  if (value < 0n && value >= -32n) return Uint8Array.of(0x100 + Number(value));
  const out = Buffer.alloc(9);
  if (value >= 0n) {
    out[0] = 0xcf;
    out.writeBigUInt64BE(value, 1);
  } else {
    out[0] = 0xd3;
    out.writeBigInt64BE(value, 1);
  }
  return out;
}

function double(value: number): Uint8Array {
  const out = Buffer.alloc(9);
  out[0] = 0xcb;
  out.writeDoubleBE(value, 1);
  return out;
}

interface Reader {
  readonly source: Buffer;
  at: number;
}

function read(reader: Reader): Value {
  const code = take(reader, 1).readUInt8();
  if (code < 0x80) return code;
  if (code < 0x90) return record(reader, code & 0x0f);
  if (code < 0xa0) return list(reader, code & 0x0f);
  if (code < 0xc0) return text(reader, code & 0x1f);
  if (code >= 0xe0) return code - 0x100;
  switch (code) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return take(reader, length(reader, code - 0xc4));
    case 0xc7:
    case 0xc8:
    case 0xc9:
      return extension(reader, length(reader, code - 0xc7));
    case 0xca:
      return take(reader, 4).readFloatBE();
    case 0xcb:
      return take(reader, 8).readDoubleBE();
    case 0xcc:
    case 0xcd:
    case 0xce:
      return length(reader, code - 0xcc);
    case 0xcf:
      return whole(take(reader, 8).readBigUInt64BE());
    case 0xd0:
      return take(reader, 1).readInt8();
    case 0xd1:
      return take(reader, 2).readInt16BE();
    case 0xd2:
      return take(reader, 4).readInt32BE();
    case 0xd3:
      return whole(take(reader, 8).readBigInt64BE());
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return extension(reader, 1 << (code - 0xd4));
    case 0xd9:
    case 0xda:
    case 0xdb:
      return text(reader, length(reader, code - 0xd9));
    case 0xdc:
    case 0xdd:
      return list(reader, length(reader, code - 0xdb));
    case 0xde:
    case 0xdf:
      return record(reader, length(reader, code - 0xdd));
    default:
      throw new RangeError(`no MessagePack: byte 0x${code.toString(16)}`);
  }
}

/** `size` 0, 1, 2: a number of one, two or four bytes. */
function length(reader: Reader, size: number): number {
  const bytes = take(reader, 1 << size);
  return size === 0 ? bytes.readUInt8() : size === 1 ? bytes.readUInt16BE() : bytes.readUInt32BE();
}

function whole(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function extension(reader: Reader, bytes: number): Value {
  take(reader, 1 + bytes);
  return UNKNOWN;
}

function text(reader: Reader, bytes: number): string {
  return take(reader, bytes).toString("utf8");
}

function list(reader: Reader, count: number): Value {
  const out: Value[] = [];
  for (let index = 0; index < count; index++) out.push(read(reader));
  return out;
}

function record(reader: Reader, count: number): Value {
  const out: Record<string, Value> = {};
  for (let index = 0; index < count; index++) {
    const name = read(reader);
    if (typeof name !== "string") throw new RangeError("a map whose key is no string");
    const value = read(reader);
    // A user's own key may be this one, which assigned would be no key at all.
    if (name === "__proto__") Object.defineProperty(out, name, { value, enumerable: true, configurable: true, writable: true });
    else out[name] = value;
  }
  return out;
}

function take(reader: Reader, bytes: number): Buffer {
  const end = reader.at + bytes;
  if (end > reader.source.length) throw new RangeError("a value that is cut off");
  const part = reader.source.subarray(reader.at, end);
  reader.at = end;
  return part;
}
