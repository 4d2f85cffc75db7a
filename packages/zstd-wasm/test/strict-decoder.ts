// A plain decoder of single Zstandard frames after RFC 8878 that takes nothing it need not take: no unused bits, no
// offset beyond the window, no block above the largest size, no byte behind the frame.

const BLOCK_MAX = 128 * 1024;

/** Baselines and extra bits of literal-length and match-length codes above those that stand for themselves. */
const LL_EXTRA = [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const ML_EXTRA = [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

function baselines(first: number, plain: number, extra: readonly number[]): { base: number; bits: number }[] {
  const codes = Array.from({ length: plain }, (_, code) => ({ base: first + code, bits: 0 }));
  let base = first + plain;
  for (const bits of extra) {
    // the literal lengths of 64 and more and the match lengths of 131 and more are aligned to their size
    codes.push({ base, bits });
    base += 2 ** bits;
  }
  return codes;
}

const LL_CODES = baselines(0, 16, LL_EXTRA);
const ML_CODES = baselines(3, 32, ML_EXTRA);

const LL_DEFAULT = [
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1,
  -1,
];
const OF_DEFAULT = [1, 1, 1, 1, 1, 1, 2, 2, 2, ...Array<number>(15).fill(1), -1, -1, -1, -1, -1];
const ML_DEFAULT = [1, 4, 3, 2, 2, 2, 2, 2, 2, ...Array<number>(37).fill(1), ...Array<number>(7).fill(-1)];

interface Cell {
  readonly symbol: number;
  readonly bits: number;
  readonly base: number;
}
interface FseTable {
  readonly log: number;
  readonly cells: readonly Cell[];
}

function must(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** Bits from a stream's end, whose last byte's highest set bit ends it. */
class BackwardBits {
  readonly #bytes: Uint8Array;
  #left: number;

  constructor(bytes: Uint8Array) {
    must(bytes.length > 0 && bytes.at(-1) !== 0, "a bit stream has no end mark");
    this.#bytes = bytes;
    this.#left = bytes.length * 8 - 8 + (31 - Math.clz32(bytes.at(-1)!));
  }

  get left(): number {
    return this.#left;
  }

  /** Bits beyond the stream's start are zero; `left` is negative then. */
  read(count: number): number {
    let value = 0;
    for (let k = 0; k < count; k++) {
      this.#left--;
      const bit = this.#left < 0 ? 0 : (this.#bytes[this.#left >> 3]! >> (this.#left & 7)) & 1;
      value = value * 2 + bit;
    }
    return value;
  }
}

function fseTable(norms: readonly number[], log: number): FseTable {
  const size = 1 << log;
  const symbols = Array<number>(size).fill(-1);
  let top = size;
  for (const [symbol, norm] of norms.entries()) if (norm === -1) symbols[--top] = symbol;
  let at = 0;
  for (const [symbol, norm] of norms.entries()) {
    for (let k = 0; k < norm; k++) {
      symbols[at] = symbol;
      do at = (at + (size >> 1) + (size >> 3) + 3) & (size - 1);
      while (at >= top);
    }
  }
  must(at === 0 && !symbols.includes(-1), "an FSE table is not filled");
  const next = norms.map((norm) => Math.abs(norm));
  const cells = symbols.map((symbol) => {
    const state = next[symbol]!++;
    const bits = log - (31 - Math.clz32(state));
    return { symbol, bits, base: (state << bits) - size };
  });
  return { log, cells };
}

function readDescription(
  bytes: Uint8Array,
  maxLog: number,
  maxSymbol: number,
): { table: FseTable; size: number } {
  let position = 0;
  const read = (count: number): number => {
    let value = 0;
    for (let k = 0; k < count; k++, position++) {
      must(position >> 3 < bytes.length, "an FSE description is cut off");
      value |= ((bytes[position >> 3]! >> (position & 7)) & 1) << k;
    }
    return value;
  };
  const log = read(4) + 5;
  must(log <= maxLog, `an FSE table of accuracy ${log}`);
  let left = (1 << log) + 1;
  const norms: number[] = [];
  while (left > 1) {
    const bits = 32 - Math.clz32(left);
    const spare = (1 << bits) - 1 - left;
    let value = read(bits - 1);
    if (value >= spare) {
      value |= read(1) << (bits - 1);
      if (value >= 1 << (bits - 1)) value -= spare;
    }
    norms.push(value - 1);
    left -= Math.abs(value - 1);
    if (value !== 1) continue;
    for (let repeat = 3; repeat === 3;) {
      repeat = read(2);
      for (let k = 0; k < repeat; k++) norms.push(0);
    }
  }
  must(left === 1 && norms.length <= maxSymbol + 1, "an FSE description is not valid");
  return { table: fseTable(norms, log), size: (position + 7) >> 3 };
}

interface Huffman {
  readonly longest: number;
  /** By length and code. */
  readonly symbols: ReadonlyMap<number, number>;
}

function readWeights(bytes: Uint8Array): { weights: number[]; size: number } {
  const first = bytes[0]!;
  if (first >= 128) {
    const count = first - 127;
    const weights = Array.from({ length: count }, (_, k) =>
      k % 2 === 0 ? bytes[1 + (k >> 1)]! >> 4 : bytes[1 + (k >> 1)]! & 15,
    );
    return { weights, size: 1 + ((count + 1) >> 1) };
  }
  const { table, size } = readDescription(bytes.subarray(1, 1 + first), 6, 12);
  const bits = new BackwardBits(bytes.subarray(1 + size, 1 + first));
  const states = [bits.read(table.log), bits.read(table.log)];
  must(bits.left >= 0, "Huffman weights are cut off");
  const weights: number[] = [];
  for (let turn = 0; ; turn ^= 1) {
    const cell = table.cells[states[turn]!]!;
    weights.push(cell.symbol);
    must(weights.length < 255, "too many Huffman weights");
    states[turn] = cell.base + bits.read(cell.bits);
    if (bits.left < 0) {
      weights.push(table.cells[states[turn ^ 1]!]!.symbol);
      return { weights, size: 1 + first };
    }
  }
}

function readHuffman(bytes: Uint8Array): { huffman: Huffman; size: number } {
  const { weights, size } = readWeights(bytes);
  const sum = weights.reduce((total, weight) => total + (weight > 0 ? 1 << (weight - 1) : 0), 0);
  must(sum > 0, "a Huffman tree without symbols");
  const longest = 32 - Math.clz32(sum);
  must(longest <= 11, `Huffman codes of ${longest} bits`);
  const rest = (1 << longest) - sum;
  must((rest & (rest - 1)) === 0, "a Huffman tree is not full");
  weights.push(32 - Math.clz32(rest));
  const symbols = new Map<number, number>();
  let code = 0;
  for (let weight = 1; weight <= longest; weight++) {
    const length = longest + 1 - weight;
    for (const [symbol, own] of weights.entries()) {
      if (own === weight) symbols.set((length << 16) | code++, symbol);
    }
    must(code % 2 === 0 || weight === longest, "a Huffman tree is not full");
    code >>= 1;
  }
  return { huffman: { longest, symbols }, size };
}

function decodeStream(bytes: Uint8Array, huffman: Huffman, count: number): number[] {
  const bits = new BackwardBits(bytes);
  const literals: number[] = [];
  while (literals.length < count) {
    let code = 0;
    let length = 0;
    let symbol: number | undefined;
    while (symbol === undefined) {
      must(length < huffman.longest, "no such Huffman code");
      code = code * 2 + bits.read(1);
      symbol = huffman.symbols.get((++length << 16) | code);
    }
    literals.push(symbol);
  }
  must(bits.left === 0, `a Huffman stream has ${bits.left} bits left`);
  return literals;
}

/** Decodes the frame that `stream` is, of exactly `length` bytes and with a window up to `windowSize`; or throws. */
export function decodeStrictly(stream: Uint8Array, length: number, windowSize = 1 << 20): Uint8Array {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  must(view.getUint32(0, true) === 0xfd2fb528, "no Zstandard frame");
  const flags = stream[4]!;
  const single = (flags & 0x20) !== 0;
  must((flags & 0x1f) === 0, "a checksum, a dictionary or reserved bits");
  let at = 5;
  const window = single ? length : 2 ** (10 + (stream[at]! >> 3)) * (1 + (stream[at]! & 7) / 8);
  if (!single) at++;
  must(window <= windowSize, `a window of ${window} bytes`);
  const sizeKind = flags >> 6;
  must(sizeKind > 0 || single, "the size is not told");
  const told = [() => stream[at]!, () => view.getUint16(at, true) + 256, () => view.getUint32(at, true)][
    sizeKind
  ]!();
  must(told === length, `a frame of ${told} bytes, expected ${length}`);
  at += [1, 2, 4][sizeKind]!;

  const output = new Uint8Array(length);
  let filled = 0;
  let huffman: Huffman | undefined;
  const tables: (FseTable | undefined)[] = [undefined, undefined, undefined];
  let offsets = [1, 4, 8];
  const blockMax = Math.min(BLOCK_MAX, window);

  const decodeBlock = (block: Uint8Array): void => {
    let pos = 0;
    const kind = block[0]! & 3;
    const sizeFormat = (block[0]! >> 2) & 3;
    const header = [...block.subarray(0, 5)].reduce((sum, byte, k) => sum + byte * 2 ** (8 * k), 0);
    const take = (from: number, count: number): number => Math.floor(header / 2 ** from) % 2 ** count;
    let literals: number[] = [];
    if (kind < 2) {
      const [headerSize, regenerated] =
        (sizeFormat & 1) === 0 ? [1, take(3, 5)] : sizeFormat === 1 ? [2, take(4, 12)] : [3, take(4, 20)];
      pos = headerSize!;
      must(pos + (kind === 0 ? regenerated! : 1) <= block.length, "literals are cut off");
      literals =
        kind === 0
          ? [...block.subarray(pos, pos + regenerated!)]
          : Array<number>(regenerated!).fill(block[pos]!);
      pos += kind === 0 ? regenerated! : 1;
    } else {
      const width = [10, 10, 14, 18][sizeFormat]!;
      const regenerated = take(4, width);
      const compressed = take(4 + width, width);
      pos = [3, 3, 4, 5][sizeFormat]!;
      const end = pos + compressed;
      must(end <= block.length && regenerated > 0, "literals are cut off");
      if (kind === 2) {
        const read = readHuffman(block.subarray(pos, end));
        huffman = read.huffman;
        pos += read.size;
      }
      must(huffman !== undefined, "there is no Huffman tree to repeat");
      if (sizeFormat === 0) {
        literals = decodeStream(block.subarray(pos, end), huffman, regenerated);
      } else {
        const share = (regenerated + 3) >> 2;
        const sizes = [0, 2, 4].map((k) => block[pos + k]! | (block[pos + k + 1]! << 8));
        pos += 6;
        for (let k = 0; k < 4; k++) {
          const next = k < 3 ? pos + sizes[k]! : end;
          must(next <= end, "a Huffman stream is cut off");
          const count = k < 3 ? share : regenerated - 3 * share;
          literals.push(...decodeStream(block.subarray(pos, next), huffman, count));
          pos = next;
        }
      }
      pos = end;
    }
    must(pos < block.length, "there are no sequences");
    let count = block[pos++]!;
    if (count === 255) {
      count = block[pos]! + block[pos + 1]! * 256 + 0x7f00;
      pos += 2;
    } else if (count >= 128) count = (count - 128) * 256 + block[pos++]!;
    let used = 0;
    const blockStart = filled;
    const emit = (byte: number): void => {
      must(filled < length && filled - blockStart < blockMax, "more bytes than told");
      output[filled++] = byte;
    };
    if (count > 0) {
      const modes = block[pos++]!;
      must((modes & 3) === 0, "reserved bits of the modes");
      const kinds = [
        [LL_DEFAULT, 6, 9, 35],
        [OF_DEFAULT, 5, 8, 31],
        [ML_DEFAULT, 6, 9, 52],
      ] as const;
      for (const [index, [norms, log, maxLog, maxSymbol]] of kinds.entries()) {
        const mode = (modes >> (6 - 2 * index)) & 3;
        if (mode === 0) tables[index] = fseTable(norms, log);
        if (mode === 1) tables[index] = { log: 0, cells: [{ symbol: block[pos++]!, bits: 0, base: 0 }] };
        if (mode === 2) {
          const read = readDescription(block.subarray(pos), maxLog, maxSymbol);
          tables[index] = read.table;
          pos += read.size;
        }
      }
      const bits = new BackwardBits(block.subarray(pos));
      const states = tables.map((table) => bits.read(table!.log));
      for (let k = 0; k < count; k++) {
        const [ll, of, ml] = tables.map((table, index) => table!.cells[states[index]!]!);
        const value = 2 ** of!.symbol + bits.read(of!.symbol);
        const mlCode = ML_CODES[ml!.symbol]!;
        const matchLength = mlCode.base + bits.read(mlCode.bits);
        const llCode = LL_CODES[ll!.symbol]!;
        const literalLength = llCode.base + bits.read(llCode.bits);
        must(used + literalLength <= literals.length, "too few literals");
        for (let left = literalLength; left > 0; left--) emit(literals[used++]!);
        let offset = value - 3;
        if (value > 3) offsets = [offset, offsets[0]!, offsets[1]!];
        else {
          const which = value - (literalLength > 0 ? 1 : 0);
          offset = which < 3 ? offsets[which]! : offsets[0]! - 1;
          if (which === 1) offsets = [offset, offsets[0]!, offsets[2]!];
          if (which > 1) offsets = [offset, offsets[0]!, offsets[1]!];
        }
        must(offset > 0 && offset <= filled && offset <= window, `offset ${offset} at ${filled}`);
        for (let left = matchLength; left > 0; left--) emit(output[filled - offset]!);
        if (k === count - 1) break;
        for (const index of [0, 2, 1]) {
          const cell = tables[index]!.cells[states[index]!]!;
          states[index] = cell.base + bits.read(cell.bits);
        }
      }
      must(bits.left === 0, `the sequences have ${bits.left} bits left`);
    } else {
      must(pos === block.length, "bytes behind the block's literals");
    }
    while (used < literals.length) emit(literals[used++]!);
  };

  for (let last = false; !last;) {
    must(at + 3 <= stream.length, "the frame is cut off");
    const header = stream[at]! | (stream[at + 1]! << 8) | (stream[at + 2]! << 16);
    at += 3;
    last = (header & 1) !== 0;
    const kind = (header >> 1) & 3;
    const size = header >> 3;
    must(size > 0 && size <= blockMax, `a block of ${size} bytes`);
    const stored = kind === 1 ? 1 : size;
    must(kind < 3 && at + stored <= stream.length, "a block is cut off");
    if (kind === 2) decodeBlock(stream.subarray(at, at + size));
    else {
      must(filled + size <= length, "more bytes than told");
      if (kind === 0) output.set(stream.subarray(at, at + size), filled);
      else output.fill(stream[at]!, filled, filled + size);
      filled += size;
    }
    at += stored;
  }
  must(at === stream.length, `${stream.length - at} bytes behind the frame`);
  must(filled === length, `${filled} bytes, expected ${length}`);
  return output;
}
