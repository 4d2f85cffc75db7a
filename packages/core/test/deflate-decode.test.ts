import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DecodeFault, inPlaceMargin } from "../src/index.ts";
import { apart, decodeAt, faultOf, isEqual } from "./arena.ts";
import { inflateReference } from "./deflate-reference.ts";
import { compressibleBytes, randomIntegers } from "./random.ts";

const strategies = {
  default: constants.Z_DEFAULT_STRATEGY,
  filtered: constants.Z_FILTERED,
  huffman: constants.Z_HUFFMAN_ONLY,
  runs: constants.Z_RLE,
  fixed: constants.Z_FIXED,
};

/** Bits of a stream in the order of RFC 1951. */
class BitWriter {
  readonly #bits: number[] = [];

  /** From the lowest bit. */
  put(value: number, count: number): this {
    for (let i = 0; i < count; i++) this.#bits.push((value >> i) & 1);
    return this;
  }

  /** A word of a code: from the highest bit. */
  word(value: number, count: number): this {
    for (let i = count - 1; i >= 0; i--) this.#bits.push((value >> i) & 1);
    return this;
  }

  bytes(): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(this.#bits.length / 8));
    for (const [at, bit] of this.#bits.entries()) bytes[at >> 3]! |= bit << (at & 7);
    return bytes;
  }
}

const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/**
 * The header of a final dynamic block. Each length is written as it is, by a code of words of 4 bits for 0 to 15.
 * @param symbols lengths of the words of literals, lengths and the end, at least 257
 */
function dynamicHeader(symbols: readonly number[], distances: readonly number[]): BitWriter {
  const writer = new BitWriter().put(1, 1).put(2, 2);
  writer
    .put(symbols.length - 257, 5)
    .put(distances.length - 1, 5)
    .put(15, 4);
  for (const symbol of order) writer.put(symbol < 16 ? 4 : 0, 3);
  for (const length of [...symbols, ...distances]) writer.word(length, 4);
  return writer;
}

/** Lengths of 257 and more symbols, 0 but for these. */
function lengths(count: number, chosen: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: count }, (_, symbol) => chosen[symbol] ?? 0);
}

/** What zlib makes of a stream. */
function inflateByZlib(stream: Uint8Array): Uint8Array | undefined {
  try {
    return Uint8Array.from(inflateRawSync(stream));
  } catch {
    return undefined;
  }
}

/** Whether zlib takes a stream, given that the decoder does the same with it, wherever it stands. */
function isSoundAsByZlib(stream: Uint8Array): boolean {
  const expected = inflateByZlib(stream);
  const isSound = expected !== undefined;
  for (const length of isSound ? [expected.length] : [0, 1, 2, 3, 10]) {
    expect(inflateReference(stream, length, false)).toEqual(expected);
    for (const placement of apart) {
      const { code, output, isSpilled } = decodeAt("deflate", stream, length, placement, false);
      expect({ code, isSpilled }).toEqual({ code: isSound ? length : DecodeFault.corrupt, isSpilled: false });
      expect(!isSound || isEqual(output, expected)).toBe(true);
    }
  }
  return isSound;
}

describe("streams of zlib", () => {
  test.each(Object.entries(strategies))("strategy %s", (_, strategy) => {
    for (const length of [0, 1, 2, 100, 4096, 33_000, 200_000]) {
      for (const level of [0, 1, 6, 9]) {
        const bytes = compressibleBytes(length, length + level).subarray(0, length);
        const stream = deflateRawSync(bytes, { level, strategy, memLevel: level === 6 ? 1 : 8 });
        for (const placement of apart) {
          expect(faultOf("deflate", stream, bytes, placement)).toBeUndefined();
        }
      }
    }
  });

  test("runs of every short distance, and the longest distance", () => {
    for (let distance = 1; distance <= 40; distance++) {
      const unit = compressibleBytes(distance, distance).subarray(0, distance);
      const bytes = Uint8Array.from({ length: 3000 }, (_, i) => unit[i % distance]!);
      expect(faultOf("deflate", deflateRawSync(bytes), bytes, "after")).toBeUndefined();
    }
    const noise = Uint8Array.from({ length: 32_768 }, randomByte(5));
    const bytes = Buffer.concat([noise, noise]);
    expect(faultOf("deflate", deflateRawSync(bytes, { level: 9 }), bytes, "after")).toBeUndefined();
  });

  test("bytes that differ so much that words have 15 bits", () => {
    const counts = Array.from({ length: 20 }, (_, i) => Math.round(1.75 ** i));
    const random = randomIntegers(9);
    const bytes = Uint8Array.from(counts.flatMap((count, byte) => Array<number>(count).fill(byte)));
    for (let i = bytes.length - 1; i > 0; i--) {
      const j = random(i + 1);
      [bytes[i], bytes[j]] = [bytes[j]!, bytes[i]!];
    }
    const stream = deflateRawSync(bytes, { strategy: strategies.huffman, memLevel: 9 });
    expect(faultOf("deflate", stream, bytes, "before")).toBeUndefined();
  });

  test("bytes behind the final block are left alone", () => {
    const bytes = compressibleBytes(5000, 2).subarray(0, 5000);
    const stream = Uint8Array.of(...deflateRawSync(bytes), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    for (const placement of apart) expect(faultOf("deflate", stream, bytes, placement)).toBeUndefined();
  });

  test("an output that is longer or shorter, and an input that ends too soon", () => {
    const bytes = compressibleBytes(9000, 3).subarray(0, 9000);
    for (const stream of [deflateRawSync(bytes), deflateRawSync(bytes, { level: 0 })]) {
      for (const count of [0, 1, 8999, 9001, 20_000]) {
        for (const placement of apart) {
          const { code, isSpilled } = decodeAt("deflate", stream, count, placement, false);
          expect({ code, isSpilled }).toEqual({ code: DecodeFault.corrupt, isSpilled: false });
        }
      }
      for (let count = 0; count < stream.length; count += 1 + (count >> 3)) {
        expect(decodeAt("deflate", stream.subarray(0, count), 9000, "after", false).code).toBe(
          DecodeFault.corrupt,
        );
      }
      expect(decodeAt("deflate", stream.subarray(0, -1), 9000, "after", false).code).toBe(
        DecodeFault.corrupt,
      );
    }
  });
});

describe("codes are refused or not as by zlib", () => {
  const end = (writer: BitWriter) => writer.put(0, 30).bytes();

  test.each<[string, Uint8Array, boolean]>([
    ["a block of the unknown type", new BitWriter().put(1, 1).put(3, 2).put(0, 60).bytes(), false],
    [
      "a stored block with a wrong complement",
      new BitWriter().put(1, 3).put(0, 5).put(3, 16).put(0xfffd, 16).put(0, 24).bytes(),
      false,
    ],
    [
      "a stored block",
      new BitWriter().put(1, 3).put(0, 5).put(3, 16).put(0xfffc, 16).put(0x616263, 24).bytes(),
      true,
    ],
    ["287 symbols", new BitWriter().put(1, 1).put(2, 2).put(30, 5).put(0, 200).bytes(), false],
    ["31 distances", new BitWriter().put(1, 1).put(2, 2).put(0, 5).put(30, 5).put(0, 200).bytes(), false],
    ["no code of lengths", new BitWriter().put(5, 3).put(0, 10).put(15, 4).put(0, 300).bytes(), false],
    [
      "a code of lengths with one word",
      new BitWriter().put(5, 3).put(0, 10).put(0, 4).put(1, 3).put(0, 300).bytes(),
      false,
    ],
    ["no word for the end", end(dynamicHeader(lengths(257, { 0: 1, 1: 1 }), [0])), false],
    [
      "only the end, of one bit",
      dynamicHeader(lengths(257, { 256: 1 }), [0])
        .word(0, 1)
        .bytes(),
      true,
    ],
    [
      "the other bit of it",
      dynamicHeader(lengths(257, { 256: 1 }), [0])
        .word(1, 1)
        .put(0, 30)
        .bytes(),
      false,
    ],
    ["only the end, of two bits", end(dynamicHeader(lengths(257, { 256: 2 }), [0])), false],
    ["too many words", end(dynamicHeader(lengths(257, { 0: 1, 1: 1, 256: 1 }), [0])), false],
    ["too few words", end(dynamicHeader(lengths(257, { 0: 1, 256: 2 }), [0])), false],
    [
      "literals without any distance",
      dynamicHeader(lengths(257, { 97: 1, 256: 1 }), [0])
        .word(0, 1)
        .word(0, 1)
        .word(1, 1)
        .bytes(),
      true,
    ],
    [
      "a length without any distance",
      end(
        dynamicHeader(lengths(258, { 97: 1, 256: 2, 257: 2 }), [0])
          .word(0, 1)
          .word(3, 2),
      ),
      false,
    ],
    [
      "one distance, of one bit",
      dynamicHeader(lengths(258, { 97: 1, 256: 2, 257: 2 }), [1])
        .word(0, 1)
        .word(3, 2)
        .word(0, 1)
        .word(2, 2)
        .bytes(),
      true,
    ],
    [
      "the other bit of it",
      end(
        dynamicHeader(lengths(258, { 97: 1, 256: 2, 257: 2 }), [1])
          .word(0, 1)
          .word(3, 2)
          .word(1, 1),
      ),
      false,
    ],
    ["one distance, of two bits", end(dynamicHeader(lengths(257, { 97: 1, 256: 1 }), [2])), false],
    [
      "a distance beyond the beginning",
      end(
        dynamicHeader(lengths(258, { 97: 1, 256: 2, 257: 2 }), [1, 1])
          .word(0, 1)
          .word(3, 2)
          .word(1, 1),
      ),
      false,
    ],
    [
      "length symbol 286 of the fixed code",
      end(new BitWriter().put(3, 3).word(0x30, 8).word(0xc6, 8)),
      false,
    ],
    [
      "distance symbol 30 of the fixed code",
      end(new BitWriter().put(3, 3).word(0x30, 8).word(1, 7).word(30, 5)),
      false,
    ],
    [
      "length 258 in both ways",
      new BitWriter()
        .put(3, 3)
        .word(0x91, 8)
        .word(0xc5, 8)
        .word(0, 5)
        .word(0xc4, 8)
        .put(31, 5)
        .word(0, 5)
        .word(0, 7)
        .bytes(),
      true,
    ],
  ])("%s", (_, stream, isSound) => {
    expect(isSoundAsByZlib(stream)).toBe(isSound);
  });

  test("runs of lengths: nothing to repeat, and beyond the last symbol", () => {
    // A code with words of one bit for symbol 0 and for one kind of run.
    for (const [run, extra, bits] of [
      [16, 0, 2],
      [17, 7, 3],
      [18, 127, 7],
    ] as const) {
      for (const before of [0, 1, 250, 257, 258]) {
        const writer = new BitWriter().put(5, 3).put(0, 10).put(15, 4);
        for (const symbol of order) writer.put(symbol === 0 || symbol === run ? 1 : 0, 3);
        for (let i = 0; i < before; i++) writer.word(0, 1);
        expect(isSoundAsByZlib(end(writer.word(1, 1).put(extra, bits)))).toBe(false);
      }
    }
  });

  test("dynamic blocks of random codes", () => {
    const random = randomIntegers(77);
    let sound = 0;
    for (let round = 0; round < 250; round++) {
      // Every second code is whole: lengths by splitting a word again and again.
      const used = [1];
      while (used.length < 2 + random(30)) {
        const [longer] = used.splice(random(used.length), 1);
        const length = Math.min(longer! + (used.length === 0 ? 0 : 1), 15);
        used.push(length, length);
      }
      if (random(2)) used[random(used.length)] = 1 + random(15);
      const symbols = lengths(286, {});
      for (const length of used) symbols[random(3) ? random(256) : 256 + random(30)] = length;
      symbols[256] ||= 1 + random(9);
      const distances = Array.from({ length: 2 }, () => (random(5) ? 1 : random(3)));
      const writer = dynamicHeader(symbols, distances);
      for (let i = 0; i < 40; i++) writer.put(random(256), 8);
      if (isSoundAsByZlib(writer.bytes())) sound++;
    }
    expect(sound).toBeGreaterThan(0);
  });
});

describe("in place", () => {
  test("a margin as LZ4's is enough for what compresses", () => {
    for (const length of [1000, 50_000, 400_000]) {
      const bytes = compressibleBytes(length, 8).subarray(0, length);
      const stream = deflateRawSync(bytes);
      expect(faultOf("deflate", stream, bytes, inPlaceMargin(stream.length))).toBeUndefined();
    }
  });

  test("with any margin the answer is right or a fault", () => {
    const codes = new Set<number>();
    const random = randomIntegers(3);
    for (let round = 0; round < 600; round++) {
      const length = 1 + random(3000);
      const bytes = compressibleBytes(length, round % 50).subarray(0, length);
      const stream = deflateRawSync(bytes, { level: random(10), strategy: random(5) });
      const margin = random(100) - 40;
      const { code, output, isSpilled } = decodeAt("deflate", stream, length, margin, false);
      expect(isSpilled).toBe(false);
      expect([length, DecodeFault.overlap]).toContain(code);
      expect(code === DecodeFault.overlap || isEqual(output, bytes)).toBe(true);
      codes.add(Math.sign(code));
    }
    expect(codes).toEqual(new Set([1, -1]));
  });
});

test("partial: every length", () => {
  const bytes = compressibleBytes(1500, 11).subarray(0, 1500);
  for (const stream of [deflateRawSync(bytes), deflateRawSync(bytes, { level: 0 })]) {
    for (let count = 0; count <= bytes.length; count++) {
      for (const placement of apart) {
        expect(faultOf("deflate", stream, bytes.subarray(0, count), placement, true)).toBeUndefined();
      }
    }
    expect(decodeAt("deflate", stream, 1501, "after", true).code).toBe(DecodeFault.corrupt);
    expect(decodeAt("deflate", stream.subarray(0, 100), 1500, "after", true).code).toBe(DecodeFault.corrupt);
  }
});

function randomByte(seed: number): () => number {
  const random = randomIntegers(seed);
  return () => random(256);
}
