// Inflate, bit by bit, as RFC 1951 tells it, with the refusals of zlib.

class Refused extends Error {}

/** A code: for each length, the symbols in order. */
type Code = readonly (readonly number[])[];

/** @throws Refused for a code that zlib refuses */
function codeOf(lengths: readonly number[], mayBeSingle: boolean): Code {
  const code: number[][] = Array.from({ length: 16 }, () => []);
  for (const [symbol, length] of lengths.entries()) if (length > 0) code[length]!.push(symbol);
  let free = 1;
  for (const words of code.slice(1)) {
    free = free * 2 - words.length;
    if (free < 0) throw new Refused("too many words");
  }
  const longest = Math.max(0, ...lengths);
  if (free > 0 && !(mayBeSingle && longest <= 1)) throw new Refused("too few words");
  return code;
}

const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const fixed = {
  symbols: codeOf(
    Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)),
    false,
  ),
  distances: codeOf(
    Array.from({ length: 32 }, () => 5),
    false,
  ),
};

/** The bytes of a stream, or undefined when it is not one of that length. Bytes behind its end are left alone. */
export function inflateReference(
  stream: Uint8Array,
  length: number,
  partial: boolean,
): Uint8Array | undefined {
  const output: number[] = [];
  let at = 0;
  const isFull = () => partial && output.length === length;

  function bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, at++) {
      if (at >= stream.length * 8) throw new Refused("the input ends");
      value |= ((stream[at >> 3]! >> (at & 7)) & 1) << i;
    }
    return value;
  }

  function symbolOf(code: Code): number {
    let word = 0;
    let first = 0;
    for (const symbols of code.slice(1)) {
      word = word * 2 + bits(1);
      first *= 2;
      if (word - first < symbols.length) return symbols[word - first]!;
      first += symbols.length;
    }
    throw new Refused("no such word");
  }

  function put(byte: number): void {
    if (output.length === length) throw new Refused("too long");
    output.push(byte);
  }

  function stored(): void {
    at = Math.ceil(at / 8) * 8;
    const count = bits(16);
    if (count !== (~bits(16) & 0xffff)) throw new Refused("stored length");
    for (let i = 0; i < count && !isFull(); i++) put(bits(8));
  }

  function codes(): typeof fixed {
    const symbols = bits(5) + 257;
    const distances = bits(5) + 1;
    const lengthCodes = bits(4) + 4;
    if (symbols > 286 || distances > 30) throw new Refused("too many symbols");
    const ofLengths = Array.from<number>({ length: 19 }).fill(0);
    for (const symbol of order.slice(0, lengthCodes)) ofLengths[symbol] = bits(3);
    const code = codeOf(ofLengths, false);
    const lengths: number[] = [];
    while (lengths.length < symbols + distances) {
      const symbol = symbolOf(code);
      if (symbol < 16) {
        lengths.push(symbol);
        continue;
      }
      if (symbol === 16 && lengths.length === 0) throw new Refused("nothing to repeat");
      const value = symbol === 16 ? lengths.at(-1)! : 0;
      const repeats = symbol === 16 ? 3 + bits(2) : symbol === 17 ? 3 + bits(3) : 11 + bits(7);
      for (let i = 0; i < repeats; i++) lengths.push(value);
    }
    if (lengths.length > symbols + distances || lengths[256] === 0) throw new Refused("lengths");
    return {
      symbols: codeOf(lengths.slice(0, symbols), true),
      distances: codeOf(lengths.slice(symbols), true),
    };
  }

  function block({ symbols, distances }: typeof fixed): void {
    while (!isFull()) {
      const symbol = symbolOf(symbols);
      if (symbol < 256) {
        put(symbol);
        continue;
      }
      if (symbol === 256) return;
      if (symbol > 285) throw new Refused("length symbol");
      const [base, extra] = lengthOf(symbol - 257);
      const count = base + bits(extra);
      const slot = symbolOf(distances);
      if (slot > 29) throw new Refused("distance symbol");
      const more = slot < 2 ? 0 : (slot >> 1) - 1;
      const distance = 1 + (slot < 2 ? slot : (2 | (slot & 1)) << more) + bits(more);
      if (distance > output.length) throw new Refused("too far back");
      for (let i = 0; i < count && !isFull(); i++) put(output.at(-distance)!);
    }
  }

  try {
    for (let isLast = isFull(); !isLast && !isFull();) {
      isLast = bits(1) === 1;
      const type = bits(2);
      if (type === 0) stored();
      else if (type === 1) block(fixed);
      else if (type === 2) block(codes());
      else throw new Refused("block type");
    }
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
  return output.length === length ? Uint8Array.from(output) : undefined;
}

/** Base and extra bits of a length symbol, counted from 257. */
function lengthOf(index: number): [number, number] {
  if (index < 8) return [3 + index, 0];
  if (index === 28) return [258, 0];
  const extra = (index >> 2) - 1;
  return [3 + ((4 | (index & 3)) << extra), extra];
}
