/**
 * Decodes a MicroLZMA stream bit by bit from the format's description alone, and throws where it is not one that a
 * kernel takes: all input has to be used, and the range coder at rest, when `length` bytes are out.
 */
export function decodeStrictly(stream: Uint8Array, length: number): Uint8Array {
  const properties = ~stream[0]! & 0xff;
  const lc = properties % 9;
  const lp = Math.floor(properties / 9) % 5;
  const pb = Math.floor(properties / 45);
  if (properties >= 225 || lc + lp > 4) throw new Error(`properties ${properties}`);

  let range = 0xffffffff;
  let code = 0;
  let at = 1;
  const take = (): number => {
    const byte = stream[at++];
    if (byte === undefined) throw new Error("the stream ends too early");
    return byte;
  };
  const normalize = (): void => {
    if (range >= 2 ** 24) return;
    range *= 256;
    code = code * 256 + take();
  };
  for (let count = 0; count < 4; count++) code = code * 256 + take();

  const models = (count: number): Uint16Array => new Uint16Array(count).fill(1024);
  const bit = (probabilities: Uint16Array, index: number): number => {
    normalize();
    const probability = probabilities[index]!;
    const bound = (range >>> 11) * probability;
    if (code < bound) {
      range = bound;
      probabilities[index] = probability + ((2048 - probability) >> 5);
      return 0;
    }
    range -= bound;
    code -= bound;
    probabilities[index] = probability - (probability >> 5);
    return 1;
  };
  const directBit = (): number => {
    normalize();
    range = Math.floor(range / 2);
    if (code < range) return 0;
    code -= range;
    return 1;
  };
  const tree = (probabilities: Uint16Array, base: number, bits: number): number => {
    let node = 1;
    for (let count = bits; count > 0; count--) node = 2 * node + bit(probabilities, base + node);
    return node - 2 ** bits;
  };
  const reverseTree = (probabilities: Uint16Array, base: number, bits: number): number => {
    let node = 1;
    let value = 0;
    for (let place = 0; place < bits; place++) {
      const next = bit(probabilities, base + node);
      node = 2 * node + next;
      value += next * 2 ** place;
    }
    return value;
  };

  const literals = models(0x300 << (lc + lp));
  const isMatch = models(12 * 16);
  const isRep0Long = models(12 * 16);
  const [isRep, isRep0, isRep1, isRep2] = [models(12), models(12), models(12), models(12)];
  const slots = models(4 * 64);
  const special = models(128);
  const align = models(16);
  const makeLengths = () => ({
    choices: models(2),
    low: models(16 * 8),
    middle: models(16 * 8),
    high: models(256),
  });
  const matchLengths = makeLengths();
  const repLengths = makeLengths();
  const lengthOf = (coder: ReturnType<typeof makeLengths>, positionState: number): number => {
    if (bit(coder.choices, 0) === 0) return 2 + tree(coder.low, positionState * 8, 3);
    if (bit(coder.choices, 1) === 0) return 10 + tree(coder.middle, positionState * 8, 3);
    return 18 + tree(coder.high, 0, 8);
  };
  const distanceOf = (matchLength: number): number => {
    const slot = tree(slots, Math.min(matchLength - 2, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const smallest = (2 + (slot & 1)) * 2 ** bits;
    if (slot < 14) return smallest + reverseTree(special, smallest - slot - 1, bits);
    let direct = 0;
    for (let count = bits - 4; count > 0; count--) direct = direct * 2 + directBit();
    return smallest + direct * 16 + reverseTree(align, 0, 4);
  };

  const output = new Uint8Array(length);
  let reps = [0, 0, 0, 0];
  let state = 0;
  let produced = 0;
  const copy = (count: number): void => {
    const distance = reps[0]! + 1;
    if (distance > produced) throw new Error(`distance ${distance} after ${produced} bytes`);
    if (produced + count > length) throw new Error(`a match goes ${produced + count - length} bytes too far`);
    for (let left = count; left > 0; left--, produced++) output[produced] = output[produced - distance]!;
  };
  while (produced < length) {
    const positionState = produced % 2 ** pb;
    if (bit(isMatch, state * 16 + positionState) === 0) {
      const previous = produced > 0 ? output[produced - 1]! : 0;
      const base = 0x300 * ((produced % 2 ** lp) * 2 ** lc + (previous >> (8 - lc)));
      let node = 1;
      if (state >= 7) {
        const guess = output[produced - reps[0]! - 1]!;
        for (let shift = 7; shift >= 0 && node < 0x100; shift--) {
          const foretold = (guess >> shift) & 1;
          const next = bit(literals, base + 0x100 + foretold * 0x100 + node);
          node = 2 * node + next;
          if (next !== foretold) break;
        }
      }
      while (node < 0x100) node = 2 * node + bit(literals, base + node);
      output[produced++] = node;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    if (bit(isRep, state) === 0) {
      const matchLength = lengthOf(matchLengths, positionState);
      reps = [distanceOf(matchLength), reps[0]!, reps[1]!, reps[2]!];
      state = state < 7 ? 7 : 10;
      copy(matchLength);
      continue;
    }
    let which = 0;
    if (bit(isRep0, state) === 0) {
      if (bit(isRep0Long, state * 16 + positionState) === 0) {
        state = state < 7 ? 9 : 11;
        copy(1);
        continue;
      }
    } else if (bit(isRep1, state) === 0) which = 1;
    else which = 2 + bit(isRep2, state);
    const [distance] = reps.splice(which, 1);
    reps.unshift(distance!);
    const repLength = lengthOf(repLengths, positionState);
    state = state < 7 ? 8 : 11;
    copy(repLength);
  }
  normalize();
  if (at !== stream.length) throw new Error(`${stream.length - at} bytes are left`);
  if (code !== 0) throw new Error("the range coder is not at rest");
  return output;
}
