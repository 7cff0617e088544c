/**
 * Encoder and decoder for the part of Protocol Buffers (proto3) that the plugin protocol uses, driven by
 * descriptions of messages (`protocol.ts`). Unknown fields are skipped, absent ones are left out.
 */

type Scalar = "string" | "bytes" | "bool" | "int64" | "enum";

export interface Field<T> {
  readonly number: number;
  /** A function where a message holds itself. */
  readonly type: Scalar | MessageType<Fields> | (() => MessageType<Fields>);
  readonly repeated?: boolean;
  /** A map with string keys: repeated entries of key (1) and value (2). */
  readonly map?: boolean;
  /** A member of a oneof: written even where it is the zero value, since its presence is the information. */
  readonly oneof?: boolean;
  /** For the type checker alone. */
  readonly value?: T;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

export interface MessageType<F extends Fields> {
  readonly fields: F;
  readonly byNumber: ReadonlyMap<number, readonly [string, Field<unknown>]>;
}

/** The values of a message: any field may be missing. */
export type MessageOf<M> = M extends MessageType<infer F> ? { readonly [K in keyof F]?: F[K] extends Field<infer T> ? T : never } : never;

type Encodable = Readonly<Record<string, unknown>>;

export function message<const F extends Fields>(fields: F): MessageType<F> {
  return { fields, byNumber: new Map(Object.entries(fields).map(([name, field]) => [field.number, [name, field] as const])) };
}

export const string = (number: number): Field<string> => ({ number, type: "string" });
export const bytes = (number: number): Field<Uint8Array> => ({ number, type: "bytes" });
export const bool = (number: number): Field<boolean> => ({ number, type: "bool" });
/** Numbers beyond 2^53 do not occur where the protocol has an int64: versions, counts and indexes. */
export const int64 = (number: number): Field<number> => ({ number, type: "int64" });
export const enumeration = (number: number): Field<number> => ({ number, type: "enum" });
export const one = <F extends Fields>(number: number, type: MessageType<F>): Field<MessageOf<MessageType<F>>> => ({ number, type });
export const many = <F extends Fields>(number: number, type: MessageType<F>): Field<readonly MessageOf<MessageType<F>>[]> => ({ number, type, repeated: true });
/** Messages of a type that is described further down, or that holds itself. */
export const manyOf = <T>(number: number, type: () => MessageType<Fields>): Field<readonly T[]> => ({ number, type, repeated: true });
export const oneOf = <T>(number: number, type: () => MessageType<Fields>): Field<T> => ({ number, type });
export const mapOf = <F extends Fields>(number: number, type: MessageType<F>): Field<Readonly<Record<string, MessageOf<MessageType<F>>>>> => ({ number, type, map: true });
export const inOneof = <T>(field: Field<T>): Field<T> => ({ ...field, oneof: true });

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

export function encodeMessage<F extends Fields>(type: MessageType<F>, value: MessageOf<MessageType<F>>): Buffer {
  const chunks: Uint8Array[] = [];
  writeMessage(type, value as Encodable, chunks);
  return Buffer.concat(chunks);
}

function writeMessage(type: MessageType<Fields>, value: Encodable, chunks: Uint8Array[]): void {
  for (const [name, field] of Object.entries(type.fields)) {
    const member = value[name];
    if (member === undefined || member === null) continue;
    if (field.map) {
      for (const [key, entry] of Object.entries(member as Record<string, unknown>)) {
        const parts: Uint8Array[] = [];
        writeField({ number: 1, type: "string", oneof: true }, key, parts);
        writeField({ number: 2, type: field.type, oneof: true }, entry, parts);
        writeDelimited(field.number, parts, chunks);
      }
    } else if (field.repeated) {
      for (const entry of member as readonly unknown[]) writeField({ ...field, oneof: true }, entry, chunks);
    } else {
      writeField(field, member, chunks);
    }
  }
}

function writeField(field: Field<unknown>, value: unknown, chunks: Uint8Array[]): void {
  const { number, type } = field;
  if (typeof type !== "string") {
    const parts: Uint8Array[] = [];
    writeMessage(described(type), value as Encodable, parts);
    return writeDelimited(number, parts, chunks);
  }
  if (type === "string" || type === "bytes") {
    const content = type === "string" ? Buffer.from(value as string, "utf8") : (value as Uint8Array);
    if (content.length > 0 || field.oneof) writeDelimited(number, [content], chunks);
    return;
  }
  const scalar = Number(value);
  if (scalar !== 0 || field.oneof) chunks.push(varint((number << 3) | VARINT), varint(scalar));
}

function writeDelimited(number: number, parts: readonly Uint8Array[], chunks: Uint8Array[]): void {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  chunks.push(varint((number << 3) | DELIMITED), varint(length));
  for (const part of parts) chunks.push(part);
}

function varint(value: number): Uint8Array {
  if (value >= 0 && value < 0x80) return Uint8Array.of(value);
  const out: number[] = [];
  // Negative numbers are written as 64 bits of their two's complement.
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}

/** @throws RangeError where the bytes are cut off or no message at all. */
export function decodeMessage<F extends Fields>(type: MessageType<F>, source: Uint8Array): MessageOf<MessageType<F>> {
  return readMessage(type, Buffer.from(source.buffer, source.byteOffset, source.byteLength)) as MessageOf<MessageType<F>>;
}

function readMessage(type: MessageType<Fields>, source: Buffer): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const reader = { source, at: 0 };
  while (reader.at < source.length) {
    const key = Number(readVarint(reader));
    const wire = key & 7;
    const content = readContent(reader, wire);
    const known = type.byNumber.get(key >>> 3);
    if (known === undefined) continue;
    const [name, field] = known;
    if (field.map) {
      const { key: entryKey = "", value } = readMapEntry(field, content as Buffer);
      // Any text may be a key, also one that an assignment would take for the prototype.
      Object.defineProperty((out[name] ??= {}), entryKey, { value, enumerable: true, configurable: true, writable: true });
    } else if (field.repeated) {
      ((out[name] ??= []) as unknown[]).push(toValue(field, content));
    } else {
      out[name] = toValue(field, content);
    }
  }
  return out;
}

function readMapEntry(field: Field<unknown>, content: Buffer): { readonly key?: string; readonly value?: unknown } {
  return readMessage(message({ key: string(1), value: { number: 2, type: field.type } }), content);
}

function toValue({ type }: Field<unknown>, content: Buffer | bigint): unknown {
  if (typeof content === "bigint") return type === "bool" ? content !== 0n : Number(BigInt.asIntN(64, content));
  if (type === "string") return content.toString("utf8");
  return typeof type === "string" ? content : readMessage(described(type), content);
}

function described(type: MessageType<Fields> | (() => MessageType<Fields>)): MessageType<Fields> {
  return typeof type === "function" ? type() : type;
}

interface Reader {
  readonly source: Buffer;
  at: number;
}

function readContent(reader: Reader, wire: number): Buffer | bigint {
  switch (wire) {
    case VARINT:
      return readVarint(reader);
    case DELIMITED:
      return take(reader, Number(readVarint(reader)));
    case FIXED64:
      return take(reader, 8);
    case FIXED32:
      return take(reader, 4);
    default:
      throw new RangeError(`wire type ${wire}`);
  }
}

function readVarint(reader: Reader): bigint {
  const first = reader.source[reader.at] ?? 0x80;
  if (first < 0x80) {
    reader.at++;
    return BigInt(first);
  }
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = take(reader, 1)[0] as number;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw new RangeError("a varint of more than ten bytes");
}

function take(reader: Reader, length: number): Buffer {
  const end = reader.at + length;
  if (end > reader.source.length) throw new RangeError("a message that is cut off");
  const part = reader.source.subarray(reader.at, end);
  reader.at = end;
  return part;
}
