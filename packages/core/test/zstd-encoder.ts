// Makes Zstandard frames that use each feature of the format, at random: to test decoders, not to compress.
import { codesOf, type Counts, DEFAULTS, fseTable, type FseState, LENGTH_CODES } from "./zstd-reference.ts";

type Random = (limit: number) => number;
type Kind = "literal" | "offset" | "match";
const MAX_LOG = { literal: 9, offset: 8, match: 9 };

interface Table {
  readonly log: number;
  readonly states: readonly FseState[];
}

/** Bits that are read from the last to the first. */
class BackwardWriter {
  readonly bits: number[] = [];
  write(value: number, width: number): void {
    for (let i = 0; i < width; i++) this.bits.push(Math.floor(value / 2 ** i) % 2);
  }
  finish(): number[] {
    return packed([...this.bits, 1]);
  }
}

function packed(bits: readonly number[]): number[] {
  const bytes = Array<number>((bits.length + 7) >> 3).fill(0);
  bits.forEach((bit, i) => (bytes[i >> 3]! |= bit << (i & 7)));
  return bytes;
}

function little(value: number, length: number): number[] {
  return Array.from({ length }, (_, i) => Math.floor(value / 256 ** i) % 256);
}

/** Counts that add up to 2^log for some symbols, which all get at least one state. */
function distribution(symbols: readonly number[], log: number, random: Random): number[] {
  const distinct = [...new Set(symbols)];
  const counts = Array<number>(Math.max(...distinct) + 1).fill(0);
  for (const symbol of distinct) counts[symbol] = 1;
  for (let left = 2 ** log - distinct.length; left > 0;) {
    const more = Math.min(left, 1 + random(left));
    counts[distinct[random(distinct.length)]!]! += more;
    left -= more;
  }
  return counts.map((count) => (count === 1 && random(2) ? -1 : count));
}

function describe(log: number, counts: Counts): number[] {
  const bits: number[] = [];
  const write = (value: number, width: number): void => {
    for (let i = 0; i < width; i++) bits.push((value >> i) & 1);
  };
  write(log - 5, 4);
  let remaining = 2 ** log;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    const value = counts[symbol]! + 1;
    const width = 32 - Math.clz32(remaining + 1);
    const spare = 2 ** width - 2 - remaining;
    if (value < spare) write(value, width - 1);
    else write(value < 2 ** (width - 1) ? value : value + spare, width);
    remaining -= Math.abs(counts[symbol]!);
    if (value !== 1) continue;
    let zeros = 0;
    while (counts[symbol + 1] === 0) [zeros, symbol] = [zeros + 1, symbol + 1];
    for (; zeros >= 3; zeros -= 3) write(3, 2);
    write(zeros, 2);
  }
  return packed(bits);
}

/** The state for a symbol from which the state `next` is reached. */
function stateBefore(table: Table, symbol: number, next: number): number {
  return table.states.findIndex((s) => s.symbol === symbol && next >= s.base && next < s.base + 2 ** s.width);
}

function describeWeights(weights: readonly number[], random: Random): number[] | undefined {
  const log = 5 + random(2);
  const counts = distribution(weights, log, random);
  const table = { log, states: fseTable(log, counts) };
  const bits = new BackwardWriter();
  const states = weights.map((weight) => table.states.findIndex((state) => state.symbol === weight));
  const n = weights.length;
  // The reader must run out of bits when it moves on from the last but one.
  states[n - 2] = table.states.findIndex((state) => state.symbol === weights[n - 2] && state.width > 0);
  if (n < 2 || states[n - 2]! < 0) return undefined;
  for (let i = n - 3; i >= 0; i--) {
    states[i] = stateBefore(table, weights[i]!, states[i + 2]!);
    const state = table.states[states[i]!]!;
    bits.write(states[i + 2]! - state.base, state.width);
  }
  bits.write(states[1]!, log);
  bits.write(states[0]!, log);
  const bytes = [...describe(log, counts), ...bits.finish()];
  return bytes.length < 128 ? [bytes.length, ...bytes] : undefined;
}

/** A random tree for these symbols (two at least): its description, and a code for each symbol. */
function makeTree(symbols: readonly number[], random: Random) {
  const lengths = [0];
  while (lengths.length < symbols.length) {
    const at = random(lengths.length);
    if (lengths[at]! < 11) lengths.push(++lengths[at]!);
  }
  const depth = Math.max(...lengths);
  const weights = Array<number>(Math.max(...symbols) + 1).fill(0);
  symbols.forEach((symbol, i) => (weights[symbol] = depth + 1 - lengths[i]!));
  const listed = weights.slice(0, -1);
  const direct = [127 + listed.length];
  for (let i = 0; i < listed.length; i += 2) direct.push((listed[i]! << 4) | (listed[i + 1] ?? 0));
  const described = random(2) || listed.length > 128 ? describeWeights(listed, random) : undefined;
  const description = described ?? (listed.length <= 128 ? direct : undefined);
  const codes = new Map([...codesOf(weights, depth)].map(([code, symbol]) => [symbol, code]));
  return description && { description, codes };
}

function huffmanStream(codes: ReadonlyMap<number, string>, symbols: readonly number[]): number[] {
  const bits = new BackwardWriter();
  for (const symbol of symbols.toReversed())
    bits.write(parseInt(codes.get(symbol)!, 2), codes.get(symbol)!.length);
  return bits.finish();
}

function codeOf(kind: Kind, value: number): { code: number; extra: number; width: number } {
  if (kind === "offset") {
    const code = 31 - Math.clz32(value);
    return { code, extra: value - 2 ** code, width: code };
  }
  const code = LENGTH_CODES[kind].findLastIndex(({ base }) => base <= value);
  const { base, width } = LENGTH_CODES[kind][code]!;
  return { code, extra: value - base, width };
}

export interface Frame {
  readonly frame: Uint8Array;
  readonly content: Uint8Array;
  /** The features that the frame uses. */
  readonly features: readonly string[];
}

/** A frame of one block of these literals only, Huffman-coded in four streams. */
export function literalFrame(literals: readonly number[], random: Random): Uint8Array {
  const { description, codes } = makeTree([...new Set(literals)], random)!;
  const quarter = (literals.length + 3) >> 2;
  const streams = [0, 1, 2, 3].map((i) =>
    huffmanStream(codes, literals.slice(i * quarter, i < 3 ? (i + 1) * quarter : literals.length)),
  );
  const bytes = [
    ...description,
    ...streams.slice(0, 3).flatMap((stream) => little(stream.length, 2)),
    ...streams.flat(),
  ];
  const header = literalHeader(2, false, literals.length, bytes.length);
  const block = [...header, ...bytes, 0];
  return Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x38, ...little(5 | (block.length << 3), 3), ...block]);
}

function literalHeader(kind: number, isSingle: boolean, length: number, stored: number): number[] {
  const largest = Math.max(length, stored);
  if (largest < 1024) return little(kind | (isSingle ? 0 : 4) | (length << 4) | (stored << 14), 3);
  if (largest < 16384) return little(kind + 8 + length * 16 + stored * 2 ** 18, 4);
  return little(kind + 12 + length * 16 + stored * 2 ** 22, 5);
}

/** A frame of some blocks, its content of some kilobytes at most, all of it decided by `random`. */
export function randomFrame(random: Random): Frame {
  const content: number[] = [];
  const features = new Set<string>();
  const blocks: number[][] = [];
  const recent = [1, 4, 8];
  let codes: ReadonlyMap<number, string> | undefined;
  let tables: Record<Kind, Table> | undefined;
  const alphabet = Array.from({ length: 2 + random(random(2) ? 12 : 200) }, () =>
    random(random(2) ? 100 : 256),
  );

  const encodeLiterals = (literals: readonly number[]): number[] => {
    const { length } = literals;
    if (length > 0 && new Set(literals).size === 1 && random(4)) {
      features.add("RLE literals");
      return [...header(1, length), literals[0]!];
    }
    const known = codes;
    const isTreeless =
      known !== undefined && literals.every((symbol) => known.has(symbol)) && random(2) === 1;
    const symbols = [...new Set(literals)];
    const made = symbols.length > 1 && !isTreeless && random(5) ? makeTree(symbols, random) : undefined;
    if (length === 0 || (!made && !isTreeless)) {
      features.add("raw literals");
      return [...header(0, length), ...literals];
    }
    const chosen = (made?.codes ?? known)!;
    features.add(
      isTreeless ? "treeless literals" : made!.description[0]! < 128 ? "FSE weights" : "direct weights",
    );
    const isSingle = length < 6 || (length < 1024 && random(2) === 1);
    features.add(isSingle ? "one stream" : "four streams");
    const bytes = made && !isTreeless ? [...made.description] : [];
    if (isSingle) {
      bytes.push(...huffmanStream(chosen, literals));
    } else {
      const quarter = (length + 3) >> 2;
      const streams = [0, 1, 2, 3].map((i) =>
        huffmanStream(chosen, literals.slice(i * quarter, i < 3 ? (i + 1) * quarter : length)),
      );
      bytes.push(...streams.slice(0, 3).flatMap((stream) => little(stream.length, 2)), ...streams.flat());
    }
    const kind = isTreeless ? 3 : 2;
    if (isSingle && Math.max(length, bytes.length) >= 1024) return [...header(0, length), ...literals];
    codes = chosen;
    return [...literalHeader(kind, isSingle, length, bytes.length), ...bytes];
  };
  const header = (kind: number, length: number): number[] => {
    if (length < 32 && random(2)) return [kind | (length << 3)];
    if (length < 4096 && random(2)) return little(kind | 4 | (length << 4), 2);
    return little(kind | 12 | (length << 4), 3);
  };

  const encodeBlock = (): number[] => {
    const literals: number[] = [];
    const sequences: Record<Kind, number>[] = [];
    const put = (length: number): void => {
      for (let i = 0; i < length; i++) {
        literals.push(alphabet[Math.min(random(alphabet.length), random(alphabet.length))]!);
        content.push(literals.at(-1)!);
      }
    };
    const fewLengths = random(4) === 0;
    for (let n = random(5) ? random(random(20) ? 60 : 400) : 0; n > 0; n--) {
      const literal =
        content.length === 0 ? 1 : fewLengths ? 2 : random(8) ? random(6) : random(random(9) ? 60 : 700);
      put(literal);
      const distance =
        random(3) === 0 ? recent[random(3)]! : 1 + random(Math.min(content.length, random(2) ? 40 : 1e6));
      const match = fewLengths ? 5 : random(8) ? 3 + random(16) : 3 + random(random(9) ? 90 : 900);
      if (distance > content.length) {
        literals.push(...Array<number>(match).fill(7));
        content.push(...Array<number>(match).fill(7));
        sequences.push({ literal: literal + match, match: 3, offset: 1 + 3 });
        recent.splice(0, 3, 1, recent[0]!, recent[1]!);
        for (let i = 0; i < 3; i++) content.push(content.at(-1)!);
        continue;
      }
      const choices = literal === 0 ? [recent[1]!, recent[2]!, recent[0]! - 1] : recent;
      const repeat = choices.indexOf(distance);
      sequences.push({ literal, match, offset: repeat >= 0 ? repeat + 1 : distance + 3 });
      if (repeat >= 0) features.add(`recent offset ${repeat + 1}${literal === 0 ? " without literals" : ""}`);
      const index = repeat < 0 ? 2 : repeat + Number(literal === 0);
      recent.splice(Math.min(index, 2), 1);
      recent.unshift(distance);
      for (let i = 0; i < match; i++) content.push(content[content.length - distance]!);
    }
    put(random(3) ? random(40) : random(4) ? 0 : random(3000));
    return [...encodeLiterals(literals), ...encodeSequences(sequences)];
  };

  const encodeSequences = (sequences: readonly Record<Kind, number>[]): number[] => {
    const count = sequences.length;
    if (count === 0) return [0];
    const bytes = count < 128 ? [count] : [128 + (count >> 8), count & 255];
    const made: Partial<Record<Kind, Table>> = {};
    const described: number[] = [];
    let modes = 0;
    for (const kind of ["literal", "offset", "match"] as const) {
      const used = sequences.map((sequence) => codeOf(kind, sequence[kind]).code);
      const old = tables?.[kind];
      const repeatable =
        old !== undefined && used.every((code) => old.states.some(({ symbol }) => symbol === code));
      let mode = random(4);
      if (mode === 3 && !repeatable) mode = 1;
      if (mode === 1 && new Set(used).size > 1) mode = 2;
      if (mode === 0 && Math.max(...used) >= DEFAULTS[kind].counts.length) mode = 2;
      features.add(`${kind} mode ${mode}`);
      modes = modes * 4 + mode;
      if (mode === 0) {
        const { log, counts } = DEFAULTS[kind];
        made[kind] = { log, states: fseTable(log, counts) };
      } else if (mode === 1) {
        described.push(used[0]!);
        made[kind] = { log: 0, states: [{ symbol: used[0]!, width: 0, base: 0 }] };
      } else if (mode === 2) {
        const least = Math.max(5, 32 - Math.clz32(new Set(used).size));
        const log = least + random(MAX_LOG[kind] + 1 - least);
        const counts = distribution(used, log, random);
        described.push(...describe(log, counts));
        made[kind] = { log, states: fseTable(log, counts) };
      } else {
        made[kind] = old!;
      }
    }
    const now = made as Record<Kind, Table>;
    tables = now;
    const bits = new BackwardWriter();
    const states: Partial<Record<Kind, number>> = {};
    sequences.toReversed().forEach((sequence, i) => {
      for (const kind of ["offset", "match", "literal"] as const) {
        const { code } = codeOf(kind, sequence[kind]);
        const table = now[kind];
        if (i === 0) {
          states[kind] = table.states.findIndex(({ symbol }) => symbol === code);
        } else {
          const next = states[kind]!;
          states[kind] = stateBefore(table, code, next);
          bits.write(next - table.states[states[kind]]!.base, table.states[states[kind]]!.width);
        }
      }
      for (const kind of ["literal", "match", "offset"] as const) {
        const { extra, width } = codeOf(kind, sequence[kind]);
        bits.write(extra, width);
      }
    });
    bits.write(states.match!, now.match.log);
    bits.write(states.offset!, now.offset.log);
    bits.write(states.literal!, now.literal.log);
    return [...bytes, modes * 4, ...described, ...bits.finish()];
  };

  for (let n = 1 + random(4); n > 0; n--) {
    const kind = random(6);
    const last = Number(n === 1);
    if (kind === 0) {
      const bytes = Array.from({ length: random(300) }, () => random(256));
      content.push(...bytes);
      blocks.push([...little(last | (bytes.length << 3), 3), ...bytes]);
      features.add("raw block");
    } else if (kind === 1) {
      const [byte, length] = [random(256), random(800)];
      content.push(...Array<number>(length).fill(byte));
      blocks.push([...little(last | 2 | (length << 3), 3), byte]);
      features.add("RLE block");
    } else {
      const bytes = encodeBlock();
      blocks.push([...little(last | 4 | (bytes.length << 3), 3), ...bytes]);
    }
  }
  const { length } = content;
  const largest = Math.max(...blocks.map((block) => block.length - 3));
  const start = [0x28, 0xb5, 0x2f, 0xfd];
  if (random(2) && largest <= length) {
    features.add("single segment");
    if (length < 256) start.push(0x20, length);
    else if (length < 256 + 65_536) start.push(0x60, ...little(length - 256, 2));
    else start.push(0xa0, ...little(length, 4));
  } else {
    // A window of 64 KiB or more: no block's content is larger.
    const window = (6 + random(5)) * 8 + random(8);
    const sizeForm = random(4);
    if (sizeForm < 2) start.push(0x00, window);
    else if (sizeForm === 2) start.push(0x80, window, ...little(length, 4));
    else start.push(0xc0, window, ...little(length, 8));
    features.add("window");
  }
  return {
    frame: Uint8Array.from([...start, ...blocks.flat()]),
    content: Uint8Array.from(content),
    features: [...features],
  };
}
