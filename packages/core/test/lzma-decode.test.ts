import { execFileSync, spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createKernels, DecodeFault, inPlaceMargin } from "../src/index.ts";
import { apart, decodeAt, faultOf, isEqual } from "./arena.ts";
import { decodeLzma, encodeLzma, type LzmaProperties, type LzmaSymbol } from "./lzma-reference.ts";
import { compressibleBytes } from "./random.ts";

const usual: LzmaProperties = { lc: 3, lp: 0, pb: 2 };

const properties = fc.oneof(
  fc.constant(usual),
  fc
    .record({ lc: fc.integer({ min: 0, max: 4 }), lp: fc.nat(4), pb: fc.nat(4) })
    .map(({ lc, lp, pb }) => ({ lc, lp: Math.min(lp, 4 - lc), pb })),
);

const length = fc.oneof(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 2, max: 273 }));

/** Symbols of all kinds, after literals enough for the distances of short ones. */
const soundSymbols = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.nat(255).map((byte): LzmaSymbol => ({ kind: "literal", byte })) },
      { weight: 1, arbitrary: fc.constant<LzmaSymbol>({ kind: "short rep" }) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const), length)
          .map(([index, count]): LzmaSymbol => ({ kind: "rep", index, length: count })),
      },
      {
        weight: 3,
        arbitrary: fc
          .tuple(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 100_000 })), length)
          .map(([distance, count]): LzmaSymbol => ({ kind: "match", distance, length: count })),
      },
    ),
    { maxLength: 200 },
  )
  .map((symbols) => within([...literals(40, 1), ...symbols]));

const soundStream = fc
  .tuple(properties, soundSymbols)
  .map(([chosen, symbols]) => encodeLzma(chosen, symbols));

function literals(count: number, seed: number): LzmaSymbol[] {
  return Array.from(compressibleBytes(count, seed).subarray(0, count), (byte) => ({ kind: "literal", byte }));
}

/** The symbols with distances cut to what is there. */
function within(symbols: readonly LzmaSymbol[]): LzmaSymbol[] {
  let produced = 0;
  return symbols.map((symbol) => {
    const fitting =
      symbol.kind === "match" ? { ...symbol, distance: 1 + ((symbol.distance - 1) % produced) } : symbol;
    produced += "length" in symbol ? symbol.length : 1;
    return fitting;
  });
}

/** Symbols for real bytes: greedy, with a table of three bytes each, reps where they fit. */
function parse(bytes: Uint8Array): LzmaSymbol[] {
  const symbols: LzmaSymbol[] = [];
  const last = new Map<number, number>();
  let reps = [1, 1, 1, 1];
  const common = (at: number, distance: number) => {
    const end = at >= distance ? Math.min(273, bytes.length - at) : 0;
    const differs = (i: number) => bytes[at + i] !== bytes[at + i - distance];
    let count = 0;
    while (count < end && !differs(count)) count++;
    return count;
  };
  for (let at = 0; at < bytes.length;) {
    const key = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    const found = last.get(key);
    last.set(key, at);
    const index = reps.findIndex((distance) => common(at, distance) >= 2);
    const distance = found === undefined ? 0 : at - found;
    const count = found === undefined ? 0 : common(at, distance);
    if (index >= 0) {
      const repeated = common(at, reps[index]!);
      symbols.push({ kind: "rep", index: index as 0, length: repeated });
      reps = [reps[index]!, ...reps.toSpliced(index, 1)];
      at += repeated;
    } else if (count >= 3) {
      symbols.push({ kind: "match", distance, length: count });
      reps = [distance, ...reps.slice(0, 3)];
      at += count;
    } else symbols.push({ kind: "literal", byte: bytes[at++]! });
  }
  return symbols;
}

const sample = compressibleBytes(30_000, 4).subarray(0, 30_000);
const { stream: sampleStream } = encodeLzma(usual, parse(sample));

/** The program. */
const xz = "xz";
const hasXz = spawnSync(xz, ["--version"]).status === 0;

describe.skipIf(!hasXz)("against xz (skipped where it is not installed)", () => {
  const pieces = [0, 1, 5, 1000, 30_000].map((count) => sample.subarray(0, count));

  test.each(["", ",lc=0,lp=0,pb=0", ",lc=0,lp=4,pb=4", ",lc=4,lp=0", ",lc=1,lp=3,pb=1"])(
    "streams of xz%s",
    (options) => {
      for (const bytes of pieces) {
        const file = execFileSync(xz, ["--format=lzma", `--lzma1=preset=6${options}`, "-c"], {
          input: bytes,
        });
        // A header of 13 bytes, the first one of them the properties, and an end marker.
        const stream = Uint8Array.from(file.subarray(13));
        stream[0] = ~file[0]!;
        for (const place of bytes.length > 0 ? apart : []) {
          expect(faultOf("lzma", stream, bytes, place, true)).toBeUndefined();
        }
        expect(decodeAt("lzma", stream, bytes.length, "after", false).code).toBe(DecodeFault.corrupt);
        expect(decodeLzma(stream, bytes.length, true)).toEqual(Uint8Array.from(bytes));
      }
    },
  );

  test("xz reads what the reference encoder writes", () => {
    for (const chosen of [usual, { lc: 0, lp: 2, pb: 0 }, { lc: 4, lp: 0, pb: 4 }]) {
      for (const bytes of pieces) {
        const stream = encodeLzma(chosen, parse(bytes)).stream;
        const header = Buffer.alloc(13);
        header[0] = ~stream[0]! & 255;
        header.writeUInt32LE(1 << 20, 1);
        header.writeBigUInt64LE(BigInt(bytes.length), 5);
        const file = Buffer.concat([header, Buffer.of(0), stream.subarray(1)]);
        const decoded = execFileSync(xz, ["--format=lzma", "-dc"], { input: file });
        expect(isEqual(decoded, bytes)).toBe(true);
      }
    }
  });
});

describe("whole streams", () => {
  test("any symbols, any properties, as the reference decoder reads them", () => {
    fc.assert(
      fc.property(soundStream, fc.constantFrom(...apart), ({ stream, bytes }, placement) => {
        expect(decodeLzma(stream, bytes.length, false)).toEqual(bytes);
        expect(faultOf("lzma", stream, bytes, placement)).toBeUndefined();
      }),
      { numRuns: 250 },
    );
  });

  test("distances of every slot up to 4 MiB", () => {
    const far: LzmaSymbol[] = literals(3, 1);
    for (let produced = 3; produced < 5 << 20; produced += 273)
      far.push({ kind: "rep", index: 0, length: 273 });
    const distances = Array.from({ length: 22 }, (_, bits) => [2 ** bits, 2 ** bits + 2 ** (bits - 1)]);
    for (const distance of distances.flat().filter(Number.isInteger)) {
      far.push({ kind: "match", distance, length: 2 }, { kind: "literal", byte: distance & 255 });
    }
    const { stream, bytes } = encodeLzma(usual, far);
    // More than the arena has room for.
    const { heapBase, lzmaDecode, memory } = createKernels({ pages: 100 });
    const view = new Uint8Array(memory.buffer);
    view.set(stream, heapBase);
    const output = heapBase + stream.length;
    const farthest = 3 << 20;
    const decode = (dictSize: number) => lzmaDecode(heapBase, stream.length, output, bytes.length, dictSize);
    expect(decode(farthest - 1)).toBe(DecodeFault.corrupt);
    expect(decode(farthest)).toBe(bytes.length);
    expect(isEqual(view.subarray(output, output + bytes.length), bytes)).toBe(true);
  });

  test.each([4096, 5000, 65_536])("no match reaches beyond a dictionary of %i bytes", (dictSize) => {
    const before = literals(70_000, 3);
    const reaching = (distance: number): ReturnType<typeof encodeLzma> =>
      encodeLzma(usual, [
        ...before,
        { kind: "match", distance, length: 9 },
        { kind: "literal", byte: 1 },
        { kind: "short rep" },
        { kind: "rep", index: 0, length: 20 },
      ]);
    for (const partial of [false, true]) {
      const inside = reaching(dictSize);
      const taken = decodeAt("lzma", inside.stream, inside.bytes.length, "after", partial, dictSize);
      expect(taken.code).toBe(inside.bytes.length);
      expect(isEqual(taken.output, inside.bytes)).toBe(true);
      const { stream, bytes } = reaching(dictSize + 1);
      const refused = decodeAt("lzma", stream, bytes.length, "after", partial, dictSize);
      expect({ code: refused.code, isSpilled: refused.isSpilled }).toEqual({
        code: DecodeFault.corrupt,
        isSpilled: false,
      });
      expect(decodeAt("lzma", stream, before.length, "after", true, dictSize).code).toBe(before.length);
    }
  });

  test("an output that is longer or shorter than the stream is a fault, and so are bytes too many or too few", () => {
    for (const count of [0, 1, 8000, 29_999, 30_001, 40_000]) {
      for (const placement of apart) {
        const { code, isSpilled } = decodeAt("lzma", sampleStream, count, placement, false);
        expect({ code, isSpilled }).toEqual({ code: DecodeFault.corrupt, isSpilled: false });
      }
    }
    for (const stream of [
      sampleStream.subarray(0, -1),
      Uint8Array.of(...sampleStream, 0),
      new Uint8Array(0),
      sampleStream.subarray(0, 4),
    ]) {
      expect(decodeAt("lzma", stream, 30_000, "after", false).code).toBe(DecodeFault.corrupt);
    }
  });

  test("a coder that is not at rest is a fault", () => {
    const stream = sampleStream.slice();
    stream[stream.length - 1]! ^= 1;
    expect(decodeAt("lzma", stream, 30_000, "after", false).code).toBe(DecodeFault.corrupt);
    expect(faultOf("lzma", stream, sample, "after", true)).toBeUndefined();
  });

  test("an empty stream", () => {
    const { stream } = encodeLzma(usual, []);
    expect(stream.length).toBe(5);
    expect(decodeAt("lzma", stream, 0, "after", false).code).toBe(0);
  });

  test("properties that the kernel refuses", () => {
    const refused: number[] = [];
    for (let value = 0; value < 256; value++) {
      const stream = sampleStream.slice(0, 20);
      stream[0] = ~value;
      // One literal decodes from any bytes at all.
      if (decodeAt("lzma", stream, 1, "after", true).code !== 1) refused.push(value);
    }
    const expected = Array.from({ length: 256 }, (_, value) => value).filter(
      (value) => value >= 225 || (value % 9) + (Math.floor(value / 9) % 5) > 4,
    );
    expect(refused).toEqual(expected);
  });

  test("distances beyond the beginning, the end marker among them", () => {
    for (const distance of [6, 7, 1000, 2 ** 32]) {
      const { stream } = encodeLzma(usual, [...literals(5, 1), { kind: "match", distance, length: 2 }]);
      expect(faultOf("lzma", stream, compressibleBytes(5, 1).subarray(0, 5), "after", true)).toBeUndefined();
      expect(decodeAt("lzma", stream, 7, "after", true).code).toBe(DecodeFault.corrupt);
      expect(decodeLzma(stream, 7, true)).toBeUndefined();
    }
  });
});

describe("in place", () => {
  test("a margin as LZ4's is enough for bytes that compress", () => {
    expect(faultOf("lzma", sampleStream, sample, inPlaceMargin(sampleStream.length))).toBeUndefined();
  });

  test("with any margin the answer is right or a fault", () => {
    const codes = new Set<number>();
    fc.assert(
      fc.property(soundStream, fc.integer({ min: -40, max: 100 }), ({ stream, bytes }, margin) => {
        const { code, output, isSpilled } = decodeAt("lzma", stream, bytes.length, margin, false);
        expect(isSpilled).toBe(false);
        expect([bytes.length, DecodeFault.overlap]).toContain(code);
        expect(code === DecodeFault.overlap || isEqual(output, bytes)).toBe(true);
        codes.add(Math.sign(code));
      }),
      { numRuns: 250 },
    );
    expect(codes).toContain(1);
    expect(codes).toContain(-1);
  });
});

test("partial: every length", () => {
  const bytes = sample.subarray(0, 1200);
  const { stream } = encodeLzma({ lc: 2, lp: 1, pb: 1 }, parse(bytes));
  for (let count = 0; count <= bytes.length; count++) {
    for (const placement of apart) {
      expect(faultOf("lzma", stream, bytes.subarray(0, count), placement, true)).toBeUndefined();
    }
  }
  expect(decodeAt("lzma", stream.subarray(0, 100), 1200, "after", true).code).toBe(DecodeFault.corrupt);
});
