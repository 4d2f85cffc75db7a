// LZMA by its model, slowly: one description of the model for both directions. A coder that encodes takes the bits
// that it is given, one that decodes ignores them and answers with those of its input.

/** What a stream consists of; distances count from 1. */
export type LzmaSymbol =
  | { readonly kind: "literal"; readonly byte: number }
  | { readonly kind: "match"; readonly distance: number; readonly length: number }
  | { readonly kind: "rep"; readonly index: 0 | 1 | 2 | 3; readonly length: number }
  | { readonly kind: "short rep" };

export interface LzmaProperties {
  readonly lc: number;
  readonly lp: number;
  readonly pb: number;
}

/** Codes bits; when it decodes, what is passed as `bit` or `value` has no meaning. */
interface Coder {
  bit(nodes: Uint16Array, at: number, bit: number): number;
  direct(count: number, value: number): number;
}

const MAX = 0xffffffff;

class BitEncoder implements Coder {
  /** The first one is always 0: a carry may go into it. */
  readonly bytes = [0];
  #low = 0n;
  #range = MAX;

  bit(nodes: Uint16Array, at: number, bit: number): number {
    const probability = nodes[at]!;
    const bound = (this.#range >>> 11) * probability;
    if (bit === 0) this.#range = bound;
    else {
      this.#low += BigInt(bound);
      this.#range -= bound;
    }
    nodes[at] = bit === 0 ? probability + ((2048 - probability) >> 5) : probability - (probability >> 5);
    this.#normalize();
    return bit;
  }

  direct(count: number, value: number): number {
    for (let i = count - 1; i >= 0; i--) {
      this.#range >>>= 1;
      if ((value >>> i) & 1) this.#low += BigInt(this.#range);
      this.#normalize();
    }
    return value;
  }

  finish(): void {
    for (let i = 0; i < 4; i++) this.#shift();
  }

  #normalize(): void {
    while (this.#range < 2 ** 24) {
      this.#range = this.#range * 256;
      this.#shift();
    }
  }

  /** Gives out the highest byte; a carry goes into those that are out. */
  #shift(): void {
    if (this.#low > BigInt(MAX)) {
      let i = this.bytes.length - 1;
      while (this.bytes[i] === 0xff) this.bytes[i--] = 0;
      this.bytes[i]!++;
    }
    this.bytes.push(Number((this.#low >> 24n) & 0xffn));
    this.#low = (this.#low & 0xffffffn) << 8n;
  }
}

class InputEnds extends Error {}

class BitDecoder implements Coder {
  readonly #input: Uint8Array;
  at = 5;
  code: number;
  #range = MAX;

  constructor(input: Uint8Array) {
    this.#input = input;
    this.code = new DataView(input.buffer, input.byteOffset).getUint32(1);
  }

  bit(nodes: Uint16Array, at: number): number {
    this.normalize();
    const probability = nodes[at]!;
    const bound = (this.#range >>> 11) * probability;
    const bit = this.code < bound ? 0 : 1;
    if (bit === 0) this.#range = bound;
    else {
      this.code -= bound;
      this.#range -= bound;
    }
    nodes[at] = bit === 0 ? probability + ((2048 - probability) >> 5) : probability - (probability >> 5);
    return bit;
  }

  direct(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.normalize();
      this.#range >>>= 1;
      const bit = this.code >= this.#range ? 1 : 0;
      if (bit) this.code -= this.#range;
      value = value * 2 + bit;
    }
    return value;
  }

  normalize(): void {
    if (this.#range >= 2 ** 24) return;
    if (this.at >= this.#input.length) throw new InputEnds();
    this.#range = (this.#range << 8) >>> 0;
    this.code = ((this.code << 8) | this.#input[this.at++]!) >>> 0;
  }
}

function tree(size: number): Uint16Array {
  return new Uint16Array(size).fill(1024);
}

function trees(count: number, size: number): Uint16Array[] {
  return Array.from({ length: count }, () => tree(size));
}

function codeTree(coder: Coder, nodes: Uint16Array, bits: number, value: number): number {
  let node = 1;
  for (let i = bits - 1; i >= 0; i--) node = node * 2 + coder.bit(nodes, node, (value >> i) & 1);
  return node - 2 ** bits;
}

/** Nodes begin at `base`, bits with the lowest. */
function codeReverse(coder: Coder, nodes: Uint16Array, base: number, bits: number, value: number): number {
  let node = 1;
  let result = 0;
  for (let i = 0; i < bits; i++) {
    const bit = coder.bit(nodes, base + node, (value >> i) & 1);
    node = node * 2 + bit;
    result |= bit << i;
  }
  return result;
}

class LengthModel {
  readonly #choices = tree(2);
  readonly #low = trees(16, 8);
  readonly #middle = trees(16, 8);
  readonly #high = tree(256);

  code(coder: Coder, state: number, length: number): number {
    if (coder.bit(this.#choices, 0, length < 10 ? 0 : 1) === 0) {
      return 2 + codeTree(coder, this.#low[state]!, 3, length - 2);
    }
    if (coder.bit(this.#choices, 1, length < 18 ? 0 : 1) === 0) {
      return 10 + codeTree(coder, this.#middle[state]!, 3, length - 10);
    }
    return 18 + codeTree(coder, this.#high, 8, length - 18);
  }
}

/** The model's state, and the bytes so far. */
class Model {
  readonly bytes: number[] = [];
  readonly #properties: LzmaProperties;
  #state = 0;
  readonly #reps = [1, 1, 1, 1];
  readonly #isMatch = trees(12, 16);
  readonly #isRep = tree(12);
  readonly #isRep0 = tree(12);
  readonly #isRep1 = tree(12);
  readonly #isRep2 = tree(12);
  readonly #isRep0Long = trees(12, 16);
  readonly #slots = trees(4, 64);
  readonly #special = tree(128);
  readonly #align = tree(16);
  readonly #lengths = new LengthModel();
  readonly #repLengths = new LengthModel();
  readonly #literals: Uint16Array[];

  constructor(properties: LzmaProperties) {
    this.#properties = properties;
    this.#literals = trees(2 ** (properties.lc + properties.lp), 0x300);
  }

  /** Codes one symbol and appends its bytes, `limit` of them at most. False when it reaches beyond the beginning. */
  code(coder: Coder, symbol: LzmaSymbol, limit: number): boolean {
    const state = this.#state;
    const position = this.bytes.length & (2 ** this.#properties.pb - 1);
    const isRep = symbol.kind !== "match";
    if (coder.bit(this.#isMatch[state]!, position, symbol.kind === "literal" ? 0 : 1) === 0) {
      this.bytes.push(this.#literal(coder, symbol.kind === "literal" ? symbol.byte : 0));
      this.#state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      return true;
    }
    let length = symbol.kind === "match" || symbol.kind === "rep" ? symbol.length : 1;
    if (coder.bit(this.#isRep, state, isRep ? 1 : 0) === 0) {
      this.#reps.pop();
      length = this.#lengths.code(coder, position, length);
      this.#reps.unshift(
        1 + this.#distance(coder, length, symbol.kind === "match" ? symbol.distance - 1 : 0),
      );
      this.#state = state < 7 ? 7 : 10;
    } else {
      const index = symbol.kind === "rep" ? symbol.index : 0;
      let found = 0;
      if (coder.bit(this.#isRep0, state, index === 0 ? 0 : 1) === 0) {
        if (coder.bit(this.#isRep0Long[state]!, position, symbol.kind === "rep" ? 1 : 0) === 0) {
          this.#state = state < 7 ? 9 : 11;
          return this.#copy(1, limit);
        }
      } else if (coder.bit(this.#isRep1, state, index === 1 ? 0 : 1) === 0) found = 1;
      else found = 2 + coder.bit(this.#isRep2, state, index === 2 ? 0 : 1);
      this.#reps.unshift(...this.#reps.splice(found, 1));
      length = this.#repLengths.code(coder, position, length);
      this.#state = state < 7 ? 8 : 11;
    }
    return this.#copy(length, limit);
  }

  #literal(coder: Coder, byte: number): number {
    const { lc, lp } = this.#properties;
    const previous = this.bytes.at(-1) ?? 0;
    const context = ((this.bytes.length & (2 ** lp - 1)) << lc) + (previous >> (8 - lc));
    const nodes = this.#literals[context]!;
    const guess = this.#state >= 7 ? this.bytes.at(-this.#reps[0]!)! : 0;
    let isGuessed = this.#state >= 7;
    let node = 1;
    for (let i = 7; i >= 0; i--) {
      const guessed = (guess >> i) & 1;
      const bit = coder.bit(nodes, node + (isGuessed ? (1 + guessed) << 8 : 0), (byte >> i) & 1);
      if (bit !== guessed) isGuessed = false;
      node = node * 2 + bit;
    }
    return node & 255;
  }

  /** Distances from 0. */
  #distance(coder: Coder, length: number, distance: number): number {
    const top = 31 - Math.clz32(distance);
    const wanted = distance < 4 ? distance : 2 * top + ((distance >>> (top - 1)) & 1);
    const slot = codeTree(coder, this.#slots[Math.min(length - 2, 3)]!, 6, wanted);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    const rest = (distance - base) >>> 0;
    if (slot < 14) return base + codeReverse(coder, this.#special, base - slot - 1, bits, rest);
    const high = coder.direct(bits - 4, rest >>> 4);
    return base + high * 16 + codeReverse(coder, this.#align, 0, 4, rest & 15);
  }

  #copy(length: number, limit: number): boolean {
    const distance = this.#reps[0]!;
    if (distance > this.bytes.length) return false;
    for (let i = 0; i < length && this.bytes.length < limit; i++) this.bytes.push(this.bytes.at(-distance)!);
    return true;
  }
}

/**
 * A MicroLZMA stream of these symbols, and the bytes that it stands for: up to a symbol that reaches beyond the
 * beginning, which is encoded all the same, as the last one.
 */
export function encodeLzma(
  properties: LzmaProperties,
  symbols: readonly LzmaSymbol[],
): { stream: Uint8Array; bytes: Uint8Array } {
  const coder = new BitEncoder();
  const model = new Model(properties);
  symbols.every((symbol) => model.code(coder, symbol, Number.POSITIVE_INFINITY));
  coder.finish();
  const { lc, lp, pb } = properties;
  const stream = Uint8Array.from(coder.bytes);
  stream[0] = ~((pb * 5 + lp) * 9 + lc);
  return { stream, bytes: Uint8Array.from(model.bytes) };
}

/** The bytes of a stream, or undefined when it is not one of that length. */
export function decodeLzma(stream: Uint8Array, length: number, partial: boolean): Uint8Array | undefined {
  if (partial && length === 0) return new Uint8Array(0);
  const properties = ~(stream[0] ?? 0) & 255;
  const lc = properties % 9;
  const lp = Math.floor(properties / 9) % 5;
  if (stream.length < 5 || properties >= 225 || lc + lp > 4) return undefined;
  const coder = new BitDecoder(stream);
  const model = new Model({ lc, lp, pb: Math.floor(properties / 45) });
  const nothing: LzmaSymbol = { kind: "literal", byte: 0 };
  try {
    while (model.bytes.length < length) {
      // One byte more than wanted shows that a match is too long.
      if (!model.code(coder, nothing, partial ? length : length + 1)) return undefined;
    }
    coder.normalize();
  } catch (error) {
    if (error instanceof InputEnds) return undefined;
    throw error;
  }
  if (model.bytes.length > length) return undefined;
  if (!partial && (coder.at !== stream.length || coder.code !== 0)) return undefined;
  return Uint8Array.from(model.bytes);
}
