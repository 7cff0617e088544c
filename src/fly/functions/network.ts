import { isInteger, toBigInt } from "../number";
import type { FlyNumber } from "../number";
import { NUMBER, STRING } from "../type";
import { ListValue } from "../value";
import type { UnmarkedValue, Value } from "../value";
import { ArgumentError, parameter } from "./function";
import type { FunctionTable } from "./function";
import { wholeNumber } from "./numeric";

interface Prefix {
  readonly address: bigint;
  /** Bits that the network has in common. */
  readonly length: number;
  /** 32 for IPv4, 128 for IPv6. */
  readonly bits: 32 | 128;
}

function parseAddress(text: string): { readonly address: bigint; readonly bits: 32 | 128 } | undefined {
  if (!text.includes(":")) {
    const parts = text.split(".");
    if (parts.length !== 4 || !parts.every((part) => /^0*\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
    return { address: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n), bits: 32 };
  }
  let written = text;
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail) {
    const v4 = parseAddress(tail[2] as string);
    if (!v4) return undefined;
    written = `${tail[1]}${(v4.address >> 16n).toString(16)}:${(v4.address & 0xffffn).toString(16)}`;
  }
  const halves = written.split("::");
  if (halves.length > 2) return undefined;
  const [head, rest] = halves.map((half) => (half === "" ? [] : half.split(":"))) as [string[], string[] | undefined];
  const missing = 8 - head.length - (rest?.length ?? 0);
  if (rest ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: rest ? missing : 0 }, () => "0"), ...(rest ?? [])];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return { address: groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n), bits: 128 };
}

function parsePrefix(text: string, index: number): Prefix {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const parsed = match && parseAddress(match[1] as string);
  const length = Number(match?.[2]);
  if (!parsed || length > parsed.bits) throw new ArgumentError(index, "it must be a network such as 10.0.0.0/16 or fd00::/48");
  return { address: networkOf(parsed.address, length, parsed.bits), length, bits: parsed.bits };
}

function networkOf(address: bigint, length: number, bits: number): bigint {
  const host = BigInt(bits - length);
  return (address >> host) << host;
}

function addressText(address: bigint, bits: 32 | 128): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => ((address >> BigInt(112 - index * 16)) & 0xffffn).toString(16));
  // An IPv4 address inside of IPv6 is written as such.
  if (address >> 32n === 0xffffn) return `::ffff:${addressText(address & 0xffffffffn, 32)}`;
  let best = { start: 0, length: 0 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === "0") length++;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return groups.join(":");
  return `${groups.slice(0, best.start).join(":")}::${groups.slice(best.start + best.length).join(":")}`;
}

function integer(value: UnmarkedValue | undefined, index: number): bigint {
  if (!isInteger(value as FlyNumber)) throw new ArgumentError(index, "it must be a whole number");
  return toBigInt(value as FlyNumber);
}

function host(prefix: Prefix, number: bigint): string {
  const size = 1n << BigInt(prefix.bits - prefix.length);
  const position = number < 0n ? size + number : number;
  if (position < 0n || position >= size) throw new ArgumentError(1, `a network of ${prefix.bits - prefix.length} host bits has no address ${number}`);
  return addressText(prefix.address + position, prefix.bits);
}

function subnet(prefix: Prefix, newBits: number, number: bigint): string {
  if (newBits < 0) throw new ArgumentError(1, "it must not be negative");
  const length = prefix.length + newBits;
  if (length > prefix.bits) throw new ArgumentError(1, `there are only ${prefix.bits - prefix.length} bits left`);
  if (number < 0n || number >= 1n << BigInt(newBits)) throw new ArgumentError(2, `${newBits} bits can't hold it`);
  return `${addressText(prefix.address | (number << BigInt(prefix.bits - length)), prefix.bits)}/${length}`;
}

function subnets(prefix: Prefix, sizes: readonly number[]): Value {
  const end = prefix.address + (1n << BigInt(prefix.bits - prefix.length));
  let next = prefix.address;
  return new ListValue(
    STRING,
    sizes.map((newBits, index) => {
      if (newBits < 1) throw new ArgumentError(index + 1, "it must be at least 1");
      const length = prefix.length + newBits;
      if (length > prefix.bits) throw new ArgumentError(index + 1, `there are only ${prefix.bits - prefix.length} bits left`);
      const size = 1n << BigInt(prefix.bits - length);
      const start = ((next + size - 1n) / size) * size;
      if (start + size > end) throw new ArgumentError(index + 1, "there is no room left for it");
      next = start + size;
      return `${addressText(start, prefix.bits)}/${length}`;
    }),
  );
}

function contains(containing: Prefix, text: string): boolean {
  const inner = text.includes("/") ? parsePrefix(text, 1) : { ...addressOf(text), length: 128 };
  if (inner.bits !== containing.bits) throw new ArgumentError(1, "both must be of the same IP version");
  if (text.includes("/") && inner.length < containing.length) return false;
  return networkOf(inner.address, containing.length, containing.bits) === containing.address;
}

function addressOf(text: string): { readonly address: bigint; readonly bits: 32 | 128 } {
  const parsed = parseAddress(text);
  if (!parsed) throw new ArgumentError(1, "it must be an IP address or a network");
  return parsed;
}

const prefixParameter = parameter("prefix", STRING);

export const network: FunctionTable = {
  cidrhost: { parameters: [prefixParameter, parameter("hostnum", NUMBER)], call: ([prefix, number]) => host(parsePrefix(prefix as string, 0), integer(number, 1)) },
  cidrnetmask: {
    parameters: [prefixParameter],
    call: ([text]) => {
      const prefix = parsePrefix(text as string, 0);
      if (prefix.bits !== 32) throw new ArgumentError(0, "only IPv4 has netmasks");
      return addressText(networkOf(0xffffffffn, prefix.length, 32), 32);
    },
  },
  cidrsubnet: {
    parameters: [prefixParameter, parameter("newbits", NUMBER), parameter("netnum", NUMBER)],
    call: ([prefix, newBits, number]) => subnet(parsePrefix(prefix as string, 0), wholeNumber(newBits, 1), integer(number, 2)),
  },
  cidrsubnets: {
    parameters: [prefixParameter],
    rest: parameter("newbits", NUMBER),
    call: ([prefix, ...sizes]) => subnets(parsePrefix(prefix as string, 0), sizes.map((size, index) => wholeNumber(size, index + 1))),
  },
  cidrcontains: {
    parameters: [parameter("containing_prefix", STRING), parameter("contained_ip_or_prefix", STRING)],
    call: ([containing, contained]) => contains(parsePrefix(containing as string, 0), contained as string),
  },
};
