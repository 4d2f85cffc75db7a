import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BuildError,
  compactIndexSize,
  compactLayoutOf,
  type CompressedExtent,
  createLclusterEntry,
  DataLayout,
  decodeCompactIndex,
  encodeCompactIndex,
  indexAdvise,
  type IndexGeometry,
  type IndexPlan,
  lclusterCount,
  LclusterType,
  MapAdvise,
  packOffset,
  readCompactEntry,
} from "../../src/index.ts";
import { bytesOfHex, hexOf } from "../hex.ts";
import { outcomeOf } from "../outcome.ts";
import { samples } from "./random-extents.ts";

function geometryOf(plan: IndexPlan): IndexGeometry {
  const advise = indexAdvise(DataLayout.compressedCompact, plan);
  return { fileSize: plan.fileSize, lclusterBits: plan.blockSizeBits, advise };
}

// One pcluster of one block; the index begins at 0x568.
const small = {
  plan: { fileSize: 42000, blockSizeBits: 12, bigPcluster: false, algorithm: 0 },
  extents: [{ logical: 0, block: 1, blocks: 1, type: LclusterType.head1 }],
  ebaseMod32: 8,
  hex:
    "0010 0920 00000000 0220 0720 01000000 0420 0520 01000000" +
    "0620 0320 01000000 0820 0120 01000000 1004 0000 01000000",
};

// Three pclusters of up to 16 KiB; the index begins at 0x640.
const big = {
  plan: { fileSize: 75000, blockSizeBits: 12, bigPcluster: true, algorithm: 0 },
  extents: [
    { logical: 0, block: 24, blocks: 4, type: LclusterType.head1 },
    { logical: 36570, block: 28, blocks: 4, type: LclusterType.head1 },
    { logical: 65181, block: 32, blocks: 2, type: LclusterType.head1 },
  ],
  ebaseMod32: 0,
  hex:
    "0010 012a 000e 8004 6001 6800 1e80 da1e 012a 000e 8004 6001 6800 767a 1800 0000" +
    "0228 0120 2000 0000 f804 0000 2200 0000",
};

describe.each([
  ["one-block pcluster", small],
  ["big pclusters", big],
])("%s, as mkfs.erofs writes it", (_, { plan, extents, ebaseMod32, hex }) => {
  test("encoded byte for byte", () => {
    expect(hexOf(encodeCompactIndex(extents, plan, ebaseMod32))).toBe(hexOf(bytesOfHex(hex)));
    expect(compactIndexSize(plan.fileSize, plan.blockSizeBits, ebaseMod32)).toBe(bytesOfHex(hex).length);
  });

  test("decoded", () => {
    expect(decodeCompactIndex(bytesOfHex(hex), geometryOf(plan), ebaseMod32)).toEqual(extents);
  });
});

test("every entry of an index with big pclusters", () => {
  const bytes = bytesOfHex(big.hex);
  const geometry = geometryOf(big.plan);
  const layout = compactLayoutOf(geometry, big.ebaseMod32);
  const read = (lcn: number) => readCompactEntry(bytes, packOffset(layout, lcn), lcn, layout, geometry);
  const none = { ...createLclusterEntry() };
  const head = (clusterOffset: number, block: number) => ({
    ...none,
    type: LclusterType.head1,
    clusterOffset,
    block,
  });
  const rest = (delta0: number, delta1: number, blocks = 0) => ({
    ...none,
    type: LclusterType.nonHead,
    delta0,
    delta1,
    blocks,
  });
  expect(Array.from({ length: 19 }, (_, lcn) => read(lcn))).toEqual([
    head(0, 24),
    rest(1, 7, 4),
    ...[2, 3, 4, 5, 6, 7].map((delta) => rest(delta, 8 - delta)),
    head(3802, 28),
    rest(1, 6, 4),
    ...[2, 3, 4, 5, 6].map((delta) => rest(delta, 7 - delta)),
    head(3741, 32),
    rest(1, 2, 2),
    rest(2, 1),
    { ...none, clusterOffset: 1272, block: 34 },
  ]);
});

describe("what is encoded is decoded", () => {
  const shapes = [9, 10, 11, 12, 13, 14].flatMap((bits) => [
    { bits, bigPcluster: false },
    { bits, bigPcluster: true },
  ]);
  test.each(shapes)("blocks of $bits bits, big pclusters: $bigPcluster", ({ bits, bigPcluster }) => {
    const bases = fc.constantFrom(0, 8, 16, 24);
    fc.assert(
      fc.property(samples(bits, bigPcluster, false), bases, ({ plan, extents }, ebaseMod32) => {
        const bytes = encodeCompactIndex(extents, plan, ebaseMod32);
        const geometry = geometryOf(plan);
        expect(bytes.length).toBe(compactIndexSize(plan.fileSize, bits, ebaseMod32));
        expect(decodeCompactIndex(bytes, geometry, ebaseMod32)).toEqual(extents);
        expect(wrongWalks(bytes, geometry, ebaseMod32, extents)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test("every number of lclusters at every place", () => {
    for (const ebaseMod32 of [0, 8, 16, 24]) {
      for (let total = 1; total <= 80; total++) {
        const plan = { fileSize: total * 4096 - 5, blockSizeBits: 12, bigPcluster: true, algorithm: 0 };
        const extents = evenExtents(plan, 3);
        const bytes = encodeCompactIndex(extents, plan, ebaseMod32);
        expect(decodeCompactIndex(bytes, geometryOf(plan), ebaseMod32)).toEqual(extents);
      }
    }
  });
});

/**
 * Finds the head and the end of each lcluster's extent by single steps, as a reader at random places does.
 * Returns the lclusters where that led elsewhere.
 */
function wrongWalks(
  bytes: Uint8Array,
  geometry: IndexGeometry,
  ebaseMod32: number,
  extents: readonly CompressedExtent[],
): number[] {
  const wrong: number[] = [];
  const layout = compactLayoutOf(geometry, ebaseMod32);
  const read = (lcn: number) => readCompactEntry(bytes, packOffset(layout, lcn), lcn, layout, geometry);
  const size = 2 ** geometry.lclusterBits;
  const heads = extents.map((extent) => Math.floor(extent.logical / size));
  const marker = Math.floor(geometry.fileSize / size);
  let i = 0;
  // Every lcluster of a small index, and samples of a large one.
  const stride = layout.total > 500 ? 37 : 1;
  for (let lcn = 0; lcn < layout.total; lcn += stride) {
    while (i + 1 < heads.length && heads[i + 1]! <= lcn) i++;
    let entry = read(lcn);
    if (entry.type !== LclusterType.nonHead) continue;
    let back = lcn;
    while (entry.type === LclusterType.nonHead) entry = read((back -= entry.delta0));
    let forward = lcn;
    do forward += forward < layout.total ? read(forward).delta1 : 0;
    while (forward < layout.total && read(forward).type === LclusterType.nonHead);
    const end = heads[i + 1] ?? Math.max(marker, heads[i]! + 1);
    if (back !== heads[i] || forward !== end || entry.block !== extents[i]!.block) wrong.push(lcn);
  }
  return wrong;
}

/** Adjacent extents of so many lclusters each, starting in the middle of theirs. */
function evenExtents(plan: IndexPlan, lclusters: number): CompressedExtent[] {
  const size = 2 ** plan.blockSizeBits;
  const extents: CompressedExtent[] = [];
  let block = 100;
  for (let lcn = 0; lcn * size + (lcn === 0 ? 0 : 77) < plan.fileSize; lcn += lclusters) {
    const last = (lcn + 2) * size > plan.fileSize;
    const blocks = plan.bigPcluster && lclusters > 1 && !last ? 2 : 1;
    extents.push({ logical: lcn * size + (lcn === 0 ? 0 : 77), block, blocks, type: LclusterType.head1 });
    block += blocks;
  }
  return extents;
}

describe("sizes", () => {
  test.each([
    // total, ebase % 32, bytes
    [1, 0, 8],
    [1, 8, 8],
    [6, 8, 24],
    [7, 8, 32],
    [22, 8, 56],
    [23, 8, 64],
    [16, 0, 32],
    [17, 0, 40],
    [15, 0, 64],
    [18, 24, 40],
  ])("%i lclusters at %i take %i bytes", (total, ebaseMod32, size) => {
    expect(compactIndexSize(total * 4096, 12, ebaseMod32)).toBe(size);
  });

  test("without 2-byte packs every two entries take 8 bytes", () => {
    expect(compactIndexSize(101 * 8192, 13, 8)).toBe(51 * 8);
  });
});

describe("extents that a compact index cannot hold", () => {
  const plan = { fileSize: 100_000, blockSizeBits: 12, bigPcluster: true, algorithm: 0 };
  const head = { logical: 0, block: 10, blocks: 2, type: LclusterType.head1 };

  test.each<[string, CompressedExtent[], Partial<IndexPlan>, number]>([
    ["block 99 in a compact index, expected 12", [head, { ...head, logical: 9000, block: 99 }], {}, 0],
    ["partial", [{ ...head, partial: true }], {}, 0],
    ["blocks of 32768 bytes", [head], { blockSizeBits: 15 }, 0],
    ["an offset of 4 modulo 32", [head], {}, 4],
    ["an offset of 32 modulo 32", [head], {}, 32],
  ])("%s", (message, extents, fields, ebaseMod32) => {
    expect(() => encodeCompactIndex(extents, { ...plan, ...fields }, ebaseMod32)).toThrow(BuildError);
    expect(() => encodeCompactIndex(extents, { ...plan, ...fields }, ebaseMod32)).toThrow(message);
  });

  test("extents in different packs may stand anywhere", () => {
    const extents = [head, { ...head, logical: 16 * 4096, block: 5 }];
    const bytes = encodeCompactIndex(extents, plan, 0);
    expect(decodeCompactIndex(bytes, geometryOf(plan), 0)).toEqual(extents);
  });
});

function changed(hex: string, offset: number, ...values: number[]): Uint8Array {
  const bytes = bytesOfHex(hex);
  bytes.set(values, offset);
  return bytes;
}

describe("damaged indexes", () => {
  test.each([
    ["entry 0 is no head", changed(small.hex, 1, 0x20), "distance 0 to its head"],
    ["entry 0 does not start at 0", changed(small.hex, 0, 1), "the file starts at 1"],
    ["distance beyond the file", changed(small.hex, 8, 3), "distance 3 to its head, expected 1 to 2"],
    ["distance 0", changed(small.hex, 8, 0), "distance 0"],
    ["block count without big pclusters", changed(small.hex, 8, 1, 0x28), "a block count"],
    ["cut off", bytesOfHex(small.hex).subarray(0, 44), "index entry 10"],
  ])("%s", (_, bytes, message) => {
    expect(() => decodeCompactIndex(bytes, geometryOf(small.plan), 8)).toThrow(message);
  });

  test("an offset outside of the lcluster", () => {
    // Lclusters of 512 bytes have 12 bits for it, too.
    const geometry = { fileSize: 512, lclusterBits: 9, advise: 0 };
    expect(() => decodeCompactIndex(bytesOfHex("0012 0000 0000 0000"), geometry, 0)).toThrow(
      "offset 512 in the lcluster is outside of it",
    );
  });

  test("a head behind an entry that lacks its block count", () => {
    const geometry = { fileSize: 16 * 4096, lclusterBits: 12, advise: MapAdvise.bigPcluster1 };
    const bytes = bytesOfHex("0010 0120 0000 0000 0120 0010 0000 0000");
    expect(() => decodeCompactIndex(bytes, geometry, 0)).toThrow("no block count");
  });

  test("any damage gives extents or an ErofsError", () => {
    const cases = fc.constantFrom(small, big);
    const damage = fc.array(fc.tuple(fc.nat(100), fc.nat(255)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(cases, damage, ({ plan, ebaseMod32, hex }, changes) => {
        const bytes = bytesOfHex(hex);
        for (const [offset, value] of changes) bytes[offset % bytes.length] = value;
        const outcome = outcomeOf(() => {
          const extents = decodeCompactIndex(bytes, geometryOf(plan), ebaseMod32);
          expect(extents.length).toBeLessThanOrEqual(lclusterCount(plan.fileSize, 12));
          expect(extents[0]!.logical).toBe(0);
        });
        expect(["ok", "EUCLEAN"]).toContain(outcome);
      }),
      { numRuns: 500 },
    );
  });
});
