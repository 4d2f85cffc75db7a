import { describe, expect, test } from "vitest";
import { createKernels, DecodeFault } from "../src/index.ts";
import { apart, decodeAt, faultOf, isEqual } from "./arena.ts";
import { randomIntegers } from "./random.ts";
import { literalFrame, randomFrame } from "./zstd-encoder.ts";
import { decodeZstdReference } from "./zstd-reference.ts";

const frames = Array.from({ length: 300 }, (_, seed) => randomFrame(randomIntegers(seed)));

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

describe("frames that use every feature", () => {
  test("the frames do so", () => {
    const features = new Set(frames.flatMap((frame) => frame.features));
    const modes = ["literal", "offset", "match"].flatMap((kind) =>
      [0, 1, 2, 3].map((mode) => `${kind} mode ${mode}`),
    );
    const offsets = [1, 2, 3].flatMap((n) => [`recent offset ${n}`, `recent offset ${n} without literals`]);
    const others =
      "raw block,RLE block,raw literals,RLE literals,treeless literals,FSE weights,direct weights,one stream,four streams,single segment,window";
    expect([...features].toSorted()).toEqual([...modes, ...offsets, ...others.split(",")].toSorted());
  });

  test("the reference decodes them", () => {
    for (const { frame, content } of frames.slice(0, 60))
      expect(isEqual(decodeZstdReference(frame, content.length)!, content)).toBe(true);
  });

  test.each(apart)("whole, the input %s", (placement) => {
    const faults = frames.map(({ frame, content }) => faultOf("zstd", frame, content, placement));
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  test("in part, at every place where something may change", () => {
    const random = randomIntegers(7);
    const faults = frames.flatMap(({ frame, content }) =>
      [0, 1, content.length, random(content.length + 1), random(content.length + 1), random(99)].map(
        (length) => faultOf("zstd", frame, content.subarray(0, length), apart[random(4)]!, true),
      ),
    );
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  test("in place: all with room for the input, otherwise the bytes or an overlap", () => {
    const random = randomIntegers(8);
    const seen = { decoded: 0, overlap: 0 };
    for (const { frame, content } of frames) {
      expect(faultOf("zstd", frame, content, frame.length)).toBe(undefined);
      const margin = random(frame.length + 20) - 10;
      const { code, output, isSpilled } = decodeAt("zstd", frame, content.length, margin, false);
      const isRight = code === content.length && isEqual(output, content);
      expect([isSpilled, isRight || code === DecodeFault.overlap]).toEqual([false, true]);
      if (isRight) seen.decoded++;
      else seen.overlap++;
    }
    expect(Math.min(seen.decoded, seen.overlap)).toBeGreaterThan(30);
  });

  test("of another length than that of the output", () => {
    for (const { frame, content } of frames) {
      expect(decodeAt("zstd", frame, content.length + 1, "before", false).code).toBe(DecodeFault.corrupt);
      expect(decodeAt("zstd", frame, content.length + 1, "before", true).code).toBe(DecodeFault.corrupt);
      const less = Math.max(content.length - 1, 0);
      const code = decodeAt("zstd", frame, less, "after", false).code;
      expect(code).toBe(less === content.length ? 0 : DecodeFault.corrupt);
    }
  });

  test("cut, or with a byte behind", () => {
    for (const { frame, content } of frames) {
      for (const stream of [frame.subarray(0, -1), Uint8Array.of(...frame, 0)])
        expect(decodeAt("zstd", stream, content.length, "before", false).code).toBe(DecodeFault.corrupt);
    }
  });
});

test.each([6, 7, 255, 1023, 1024, 2048, 16_383, 16_384, 40_000])("%i literals in four streams", (length) => {
  for (const symbols of [2, 20, 200]) {
    const random = randomIntegers(length + symbols);
    const literals = Array.from({ length }, (_, i) => (i < 2 ? i : random(random(symbols) + 1)));
    const frame = literalFrame(literals, random);
    expect(faultOf("zstd", frame, Uint8Array.from(literals), "before, at the memory's end")).toBe(undefined);
  }
});

describe("frames of the zstd command", () => {
  const content = Buffer.from("abcabcabcabcabcabcabcabcabc, and on it goes, abc");
  const frame = bytes(
    "28b52ffd 2430 f50000 c0 6162632c20616e64206f6e20697420676f65732c206162630100826e08 b2ae38a3",
  );

  test("with a checksum", () => {
    expect(faultOf("zstd", frame, content, "before")).toBe(undefined);
    expect(faultOf("zstd", frame.subarray(0, -4), content, "before", true)).toBe(undefined);
    for (let i = 1; i <= 4; i++) {
      const damaged = frame.slice();
      damaged[frame.length - i]! ^= 1;
      expect(decodeAt("zstd", damaged, content.length, "before", false).code).toBe(DecodeFault.corrupt);
    }
    expect(decodeAt("zstd", frame.subarray(0, -1), content.length, "before", false).code).toBe(-1);
  });

  test("empty", () => {
    expect(faultOf("zstd", bytes("28b52ffd 2000 010000"), new Uint8Array(), "before")).toBe(undefined);
  });
});

describe("what EROFS has no use for", () => {
  // One raw block of "abc".
  const block = "190000 616263";
  test.each([
    ["a window of 128 MiB", "28b52ffd 00 88", 3],
    ["more", "28b52ffd 00 89", DecodeFault.corrupt],
    ["the largest window", "28b52ffd 00 ff", DecodeFault.corrupt],
    ["a dictionary", "28b52ffd 21 01 03", DecodeFault.corrupt],
    ["the reserved bit", "28b52ffd 28 03", DecodeFault.corrupt],
    ["the unused bit", "28b52ffd 30 03", 3],
    ["a skippable frame in front", "502a4d18 00000000 28b52ffd 20 03", DecodeFault.corrupt],
    ["another magic number", "27b52ffd 20 03", DecodeFault.corrupt],
    ["a wrong content size", "28b52ffd 20 04", DecodeFault.corrupt],
    ["a content size of 2^63", "28b52ffd e0 0300000000000080", DecodeFault.corrupt],
  ])("%s", (_, header, code) => {
    const frame = bytes(header + block);
    expect(decodeAt("zstd", frame, 3, "before", false).code).toBe(code);
  });

  test("blocks longer than the window", () => {
    const frame = bytes("28b52ffd 00 00 022000 61 010000");
    expect(decodeAt("zstd", frame, 1024, "before", false).code).toBe(1024);
    frame.set([0x0a, 0x20], 6);
    expect(decodeAt("zstd", frame, 1025, "before", false).code).toBe(DecodeFault.corrupt);
  });
});

describe("what Linux has no memory for, with windows of up to 32 KiB", () => {
  /** A frame of this header, and blocks of `length` times the same byte. */
  const repeated = (header: string, length: number, blockSize = 32_768): Uint8Array => {
    const blocks: number[] = [];
    for (let left = length; left > 0; left -= blockSize) {
      const block = Number(left <= blockSize) | 2 | (Math.min(left, blockSize) << 3);
      blocks.push(block & 255, (block >> 8) & 255, block >> 16, 97);
    }
    return Uint8Array.of(...bytes(header), ...blocks);
  };
  const size = (count: number): string =>
    Buffer.of(count & 255, (count >> 8) & 255, count >> 16, 0).toString("hex");

  test.each([
    ["a window as large", "28b52ffd 00 28", 100_000, true],
    ["a window an eighth larger", "28b52ffd 00 29", 100, false],
    ["a larger one, but little content", `28b52ffd 80 30 ${size(32_832)}`, 32_832, true],
    ["a larger one, and a byte more", `28b52ffd 80 30 ${size(32_833)}`, 32_833, false],
    ["a single segment as large", `28b52ffd a0 ${size(32_768)}`, 32_768, true],
    ["one that the room for blocks is enough for", `28b52ffd a0 ${size(49_184)}`, 49_184, true],
    ["one that is longer", `28b52ffd a0 ${size(49_185)}`, 49_185, false],
  ])("%s", (_, header, length, taken) => {
    const frame = repeated(header, length);
    for (const partial of [false, true]) {
      const { code } = decodeAt("zstd", frame, length, "after", partial, 32_768);
      expect(code).toBe(taken ? length : DecodeFault.corrupt);
      expect(decodeAt("zstd", frame, length, "after", partial).code).toBe(length);
    }
  });

  test.each([
    ["no farther back than the window", "00", 1024, true],
    ["farther back than the window", "00", 1025, false],
    ["farther back than 1024, in a window of 1152", "01", 1025, true],
  ])("a match from %s", (_, window, distance, taken) => {
    // Two blocks of 1024 times "a" and "b", then one of a match of 3 bytes: no literals, one sequence of codes that
    // have tables of their own, 10 bits of the offset.
    const extra = distance + 3 - 1024;
    const frame = bytes(
      `28b52ffd 00 ${window} 022000 61 022000 62 450000 00 01 54 00 0a 00 ${Buffer.of(extra, 4).toString("hex")}`,
    );
    const { code, output } = decodeAt("zstd", frame, 2051, "after", false);
    expect(code).toBe(taken ? 2051 : DecodeFault.corrupt);
    expect(decodeZstdReference(frame, 2051)).toEqual(taken ? Uint8Array.from(output) : undefined);
  });
});

test("ranges that are not the caller's", () => {
  const { zstdDecode, zstdDecodePartial, memory, heapBase } = createKernels({ pages: 4 });
  const size = memory.buffer.byteLength;
  for (const decode of [zstdDecode, zstdDecodePartial]) {
    expect(decode(0, 20, heapBase, 20, 1024)).toBe(DecodeFault.corrupt);
    expect(decode(heapBase, 20, heapBase - 1, 20, 1024)).toBe(DecodeFault.corrupt);
    expect(decode(size - 19, 20, heapBase, 20, 1024)).toBe(DecodeFault.corrupt);
    expect(decode(heapBase, 20, size - 19, 20, 1024)).toBe(DecodeFault.corrupt);
    expect(decode(heapBase, 0xffff_ffff, heapBase, 20, 1024)).toBe(DecodeFault.corrupt);
    expect(decode(heapBase, 20, heapBase, 0xffff_ffff, 1024)).toBe(DecodeFault.corrupt);
  }
});
