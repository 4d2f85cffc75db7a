// A Zstandard decoder to test against: RFC 8878 to the letter, bit by bit, with no thought of speed.

const MAX_BLOCK = 131_072;
const LENGTH_BITS = {
  literal: [...Array<number>(16).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  match: [...Array<number>(32).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
};
/** Codes of lengths: the first length and how many bits follow. */
export const LENGTH_CODES = {
  literal: ranges(LENGTH_BITS.literal, 0),
  match: ranges(LENGTH_BITS.match, 3),
};
export type Counts = readonly number[];
/** The tables that need no description: accuracy log and counts. */
export const DEFAULTS = {
  literal: { log: 6, counts: [4, 3, ...r(11, 2), 1, 1, 1, ...r(9, 2), 3, 2, ...r(5, 1), ...r(4, -1)] },
  offset: { log: 5, counts: [...r(6, 1), 2, 2, 2, ...r(15, 1), ...r(5, -1)] },
  match: { log: 6, counts: [1, 4, 3, ...r(6, 2), ...r(37, 1), ...r(7, -1)] },
};

function r(times: number, count: number): number[] {
  return Array<number>(times).fill(count);
}

function ranges(widths: readonly number[], first: number): readonly { base: number; width: number }[] {
  let base = first;
  return widths.map((width) => {
    const code = { base, width };
    base += 2 ** width;
    return code;
  });
}

class Damage extends Error {}

function check(sound: boolean): asserts sound {
  if (!sound) throw new Damage();
}

/** Bits from the end of some bytes backwards; zeros before their start, where `left` is negative. */
class BackwardBits {
  left: number;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    const last = bytes.at(-1);
    check(last !== undefined && last !== 0);
    this.bytes = bytes;
    this.left = bytes.length * 8 - Math.clz32(last) + 23;
  }
  read(width: number): number {
    let value = 0;
    for (let i = 0; i < width; i++) {
      this.left--;
      value = value * 2 + (this.left < 0 ? 0 : (this.bytes[this.left >> 3]! >> (this.left & 7)) & 1);
    }
    return value;
  }
}

export interface FseState {
  readonly symbol: number;
  readonly width: number;
  readonly base: number;
}

/** The states of a table. */
export function fseTable(log: number, counts: Counts): FseState[] {
  const size = 2 ** log;
  const symbols = Array<number>(size).fill(-1);
  let high = size - 1;
  counts.forEach((count, symbol) => {
    if (count === -1) symbols[high--] = symbol;
  });
  let at = 0;
  counts.forEach((count, symbol) => {
    for (let i = 0; i < count; i++) {
      symbols[at] = symbol;
      do at = (at + (size >> 1) + (size >> 3) + 3) % size;
      while (at > high);
    }
  });
  const next = counts.map((count) => Math.abs(count));
  return symbols.map((symbol) => {
    const rank = next[symbol]!++;
    const width = log - (31 - Math.clz32(rank));
    return { symbol, width, base: rank * 2 ** width - size };
  });
}

function readCounts(bytes: Uint8Array, maxLog: number, maxSymbols: number) {
  let position = 0;
  const read = (width: number): number => {
    let value = 0;
    for (let i = 0; i < width; i++, position++)
      value |= (((bytes[position >> 3] ?? 0) >> (position & 7)) & 1) << i;
    return value;
  };
  const log = read(4) + 5;
  check(bytes.length > 0 && log <= maxLog);
  const counts: number[] = [];
  for (let remaining = 2 ** log; remaining > 0;) {
    const width = 32 - Math.clz32(remaining + 1);
    const spare = 2 ** width - 1 - (remaining + 1);
    let value = read(width - 1);
    if (value >= spare) {
      if (read(1)) value += 2 ** (width - 1) - spare;
    }
    counts.push(value - 1);
    remaining -= Math.abs(value - 1);
    if (value === 1) {
      for (let repeat = 3; repeat === 3;) {
        repeat = read(2);
        for (let i = 0; i < repeat; i++) counts.push(0);
        check(counts.length <= maxSymbols);
      }
    }
    check(counts.length <= maxSymbols);
  }
  const length = (position + 7) >> 3;
  check(length <= bytes.length);
  return { log, counts, length };
}

function readWeights(bytes: Uint8Array): number[] {
  const { log, counts, length } = readCounts(bytes, 6, 256);
  const table = fseTable(log, counts);
  const bits = new BackwardBits(bytes.subarray(length));
  let [state, other] = [table[bits.read(log)]!, table[bits.read(log)]!];
  check(bits.left >= 0);
  const weights: number[] = [];
  while (true) {
    check(weights.length < 254);
    weights.push(state.symbol);
    const moved = table[state.base + bits.read(state.width)]!;
    if (bits.left < 0) return [...weights, other.symbol];
    [state, other] = [other, moved];
  }
}

type Tree = Map<string, number>;

function readTree(bytes: Uint8Array): { tree: Tree; length: number } {
  const header = bytes[0];
  check(header !== undefined);
  const length = header < 128 ? header + 1 : 1 + ((header - 126) >> 1);
  check(length <= bytes.length);
  const weights =
    header < 128
      ? readWeights(bytes.subarray(1, length))
      : Array.from({ length: header - 127 }, (_, i) => (bytes[1 + (i >> 1)]! >> (i % 2 ? 0 : 4)) & 15);
  const total = weights.reduce((sum, weight) => sum + (weight && 2 ** (weight - 1)), 0);
  check(total > 0 && weights.every((weight) => weight <= 11));
  const depth = 32 - Math.clz32(total);
  const last = 32 - Math.clz32(2 ** depth - total);
  check(depth <= 11 && 2 ** (last - 1) === 2 ** depth - total);
  weights.push(last);
  check(weights.filter((weight) => weight === 1).length >= 2);
  return { tree: codesOf(weights, depth), length };
}

/** Each code, as its digits, and its symbol. */
export function codesOf(weights: readonly number[], depth: number): Tree {
  const tree: Tree = new Map();
  let place = 0;
  for (let weight = 1; weight <= depth; weight++) {
    weights.forEach((of, symbol) => {
      if (of !== weight) return;
      const width = depth + 1 - weight;
      tree.set((place / 2 ** (weight - 1)).toString(2).padStart(width, "0"), symbol);
      place += 2 ** (weight - 1);
    });
  }
  return tree;
}

function readStream(tree: Tree, bytes: Uint8Array, length: number): number[] {
  const bits = new BackwardBits(bytes);
  const symbols: number[] = [];
  while (symbols.length < length) {
    let code = "";
    do code += bits.read(1);
    while (!tree.has(code));
    symbols.push(tree.get(code)!);
    check(bits.left >= 0);
  }
  check(bits.left === 0);
  return symbols;
}

/** Decodes a frame to `length` bytes, or to undefined if that is not what it is. */
export function decodeZstdReference(
  frame: Uint8Array,
  length: number,
  partial = false,
): Uint8Array | undefined {
  try {
    return decodeFrame(frame, length, partial);
  } catch (error) {
    if (error instanceof Damage) return undefined;
    throw error;
  }
}

function number(bytes: Uint8Array, at: number, length: number): number {
  check(at + length <= bytes.length);
  return bytes.subarray(at, at + length).reduceRight((sum, byte) => sum * 256 + byte, 0);
}

function decodeFrame(frame: Uint8Array, length: number, partial: boolean): Uint8Array {
  if (partial && length === 0) return new Uint8Array();
  check(number(frame, 0, 4) === 0xfd2fb528);
  const descriptor = number(frame, 4, 1);
  check((descriptor & 0b1011) === 0);
  const isSingle = (descriptor & 32) !== 0;
  let at = 5;
  let window = 0;
  if (!isSingle) {
    const code = number(frame, at++, 1);
    window = 2 ** (10 + (code >> 3)) * (1 + (code & 7) / 8);
    check(window <= 2 ** 27);
  }
  const sizeLength = descriptor >> 6 ? 2 ** (descriptor >> 6) : Number(isSingle);
  if (sizeLength > 0) {
    const size = number(frame, at, sizeLength) + (sizeLength === 2 ? 256 : 0);
    at += sizeLength;
    check(partial ? size >= length : size === length);
    if (isSingle) window = size;
  }
  const maxBlock = Math.min(window, MAX_BLOCK);
  const out: number[] = [];
  const state: FrameState = {
    out,
    window: Math.max(window, 1024),
    recent: [1, 4, 8],
    tree: undefined,
    tables: undefined,
  };
  for (let isLast = false; !isLast;) {
    const header = number(frame, at, 3);
    at += 3;
    isLast = (header & 1) !== 0;
    const kind = (header >> 1) & 3;
    const size = header >> 3;
    check(kind !== 3 && size <= maxBlock);
    const stored = kind === 1 ? 1 : size;
    check(at + stored <= frame.length);
    const block = frame.subarray(at, at + stored);
    at += stored;
    const before = out.length;
    if (kind < 2) for (let i = 0; i < size; i++) out.push(block[kind === 1 ? 0 : i]!);
    else decodeBlock(state, block, maxBlock, partial ? length : Infinity);
    if (partial && out.length >= length) return Uint8Array.from(out.slice(0, length));
    check(out.length - before <= maxBlock && out.length <= length);
  }
  check(out.length === length);
  // Checksums are beyond this decoder: for it, none is right.
  check((descriptor & 4) === 0 && at === frame.length);
  return Uint8Array.from(out);
}

interface FrameState {
  readonly out: number[];
  /** No offset is longer. */
  readonly window: number;
  readonly recent: number[];
  tree: Tree | undefined;
  tables: Record<"literal" | "offset" | "match", { log: number; states: FseState[] }> | undefined;
}

/** Decodes a compressed block, or as much of it as makes `enough` bytes in all. */
function decodeBlock(state: FrameState, block: Uint8Array, maxBlock: number, enough: number): void {
  const { out, recent } = state;
  const { literals, length } = readLiterals(state, block, maxBlock);
  let at = length;
  let count = number(block, at++, 1);
  if (count === 255) count = number(block, at, 2) + 0x7f00;
  else if (count >= 128) count = ((count - 128) << 8) + number(block, at, 1);
  at += block[length] === 255 ? 2 : Number(block[length]! >= 128);
  let used = 0;
  if (count === 0) {
    check(at === block.length);
  } else {
    const modes = number(block, at++, 1);
    check((modes & 3) === 0);
    const table = (kind: "literal" | "offset" | "match", mode: number, maxLog: number, symbols: number) => {
      if (mode === 0)
        return { log: DEFAULTS[kind].log, states: fseTable(DEFAULTS[kind].log, DEFAULTS[kind].counts) };
      if (mode === 1) {
        const symbol = number(block, at++, 1);
        check(symbol < symbols);
        return { log: 0, states: [{ symbol, width: 0, base: 0 }] };
      }
      if (mode === 3) {
        check(state.tables !== undefined);
        return state.tables[kind];
      }
      const described = readCounts(block.subarray(at), maxLog, symbols);
      at += described.length;
      return { log: described.log, states: fseTable(described.log, described.counts) };
    };
    const literal = table("literal", modes >> 6, 9, 36);
    const offset = table("offset", (modes >> 4) & 3, 8, 32);
    const match = table("match", (modes >> 2) & 3, 9, 53);
    state.tables = { literal, offset, match };
    const bits = new BackwardBits(block.subarray(at));
    let l = literal.states[bits.read(literal.log)]!;
    let o = offset.states[bits.read(offset.log)]!;
    let m = match.states[bits.read(match.log)]!;
    for (let i = 0; i < count; i++) {
      const value = 2 ** o.symbol + bits.read(o.symbol);
      const matchCode = LENGTH_CODES.match[m.symbol]!;
      const matchLength = matchCode.base + bits.read(matchCode.width);
      const literalCode = LENGTH_CODES.literal[l.symbol]!;
      const literalLength = literalCode.base + bits.read(literalCode.width);
      if (i < count - 1) {
        l = literal.states[l.base + bits.read(l.width)]!;
        m = match.states[m.base + bits.read(m.width)]!;
        o = offset.states[o.base + bits.read(o.width)]!;
      }
      check(bits.left >= 0);
      check(used + literalLength <= literals.length);
      for (let n = 0; n < literalLength; n++) out.push(literals[used++]!);
      if (out.length >= enough) return;
      const index = value > 3 ? 3 : value - 1 + Number(literalLength === 0);
      const distance = value > 3 ? value - 3 : index === 3 ? recent[0]! - 1 : recent[index]!;
      recent.splice(Math.min(index, 2), 1);
      recent.unshift(distance);
      check(distance > 0 && distance <= Math.min(out.length, state.window));
      check(out.length + matchLength <= 2 ** 22);
      for (let n = 0; n < matchLength; n++) out.push(out[out.length - distance]!);
      if (out.length >= enough) return;
    }
    check(bits.left === 0);
  }
  for (; used < literals.length; used++) out.push(literals[used]!);
}

function readLiterals(state: FrameState, block: Uint8Array, maxBlock: number) {
  const first = number(block, 0, 1);
  const form = (first >> 2) & 3;
  if ((first & 3) < 2) {
    const header = form === 1 ? 2 : form === 3 ? 3 : 1;
    const size = number(block, 0, header) >> (header === 1 ? 3 : 4);
    check(size <= maxBlock);
    const stored = (first & 3) === 1 ? 1 : size;
    check(header + stored <= block.length);
    const bytes = block.subarray(header, header + stored);
    const literals = (first & 3) === 1 ? Array<number>(size).fill(bytes[0]!) : [...bytes];
    return { literals, length: header + stored };
  }
  const header = form < 2 ? 3 : form + 2;
  const width = form < 2 ? 10 : form === 2 ? 14 : 18;
  const sizes = Math.floor(number(block, 0, header) / 16);
  const size = sizes % 2 ** width;
  const stored = Math.floor(sizes / 2 ** width);
  check(size > 0 && size <= maxBlock && header + stored <= block.length);
  let bytes = block.subarray(header, header + stored);
  if ((first & 3) === 2) {
    const { tree, length } = readTree(bytes);
    state.tree = tree;
    bytes = bytes.subarray(length);
  }
  const { tree } = state;
  check(tree !== undefined);
  if (form === 0) return { literals: readStream(tree, bytes, size), length: header + stored };
  check(size >= 6);
  const ends = [0, 2, 4].map((at) => number(bytes, at, 2));
  let at = 6;
  const quarter = (size + 3) >> 2;
  const literals = [...ends, bytes.length - 6 - ends[0]! - ends[1]! - ends[2]!].flatMap((length, i) => {
    check(length > 0);
    at += length;
    return readStream(tree, bytes.subarray(at - length, at), i < 3 ? quarter : size - 3 * quarter);
  });
  return { literals, length: header + stored };
}
