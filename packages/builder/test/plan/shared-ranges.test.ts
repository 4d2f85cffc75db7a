import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sliceLengths } from "../../src/execute/slice-lengths.ts";
import { DigestIds, digestWords } from "../../src/plan/digest-ids.ts";
import { findSharedRanges, SharedRanges, type SharingLimits } from "../../src/plan/shared-ranges.ts";
import { SliceTable } from "../../src/plan/slice-table.ts";
import { noise } from "../trees.ts";

const limits: SharingLimits = { shortest: 2000, worthCut: 500 };

function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** What is shared by files whose inode indexes are twice their places. */
function find(files: readonly Uint8Array[], isAlike = (_a: number, _b: number) => true): SharedRanges {
  const ids = new DigestIds();
  const table = new SliceTable();
  for (const [i, bytes] of files.entries()) {
    table.begin(2 * i);
    let start = 0;
    for (const length of sliceLengths(bytes, 7)) {
      const digest = createHash("sha256")
        .update(bytes.subarray(start, start + length))
        .digest();
      table.add(length, ids.idOf(digestWords(new Uint8Array(digest), 0)));
      start += length;
    }
  }
  const ranges = new SharedRanges(limits);
  findSharedRanges(table, (index) => files[index / 2]!.length, isAlike, ranges);
  return ranges;
}

/**
 * Checks all that holds for any files: stretches cover them, what is shared is equal, is stored by its owner, and begins and
 * ends with stretches there. Returns the bytes that are stored.
 */
function storedBytes(files: readonly Uint8Array[], ranges: SharedRanges): number {
  let stored = 0;
  const places = new Map<string, number>();
  for (const [i, bytes] of files.entries()) {
    let end = 0;
    for (const { offset, length, shared } of ranges.stretchesOf(2 * i, bytes.length)) {
      expect(offset).toBe(end);
      end += length;
      expect(!ranges.isCut(2 * i) || length >= limits.shortest).toBe(true);
      if (!shared) {
        stored += length;
        places.set(`${2 * i} ${offset}`, end);
        continue;
      }
      const owner = files[shared.owner / 2]!;
      const from = owner.subarray(shared.offset, shared.offset + length);
      expect(Buffer.compare(bytes.subarray(offset, end), from)).toBe(0);
      let at = shared.offset;
      while (at < shared.offset + length) {
        const next = places.get(`${shared.owner} ${at}`);
        expect(next, `a stretch of file ${shared.owner} that begins at ${at}`).toBeDefined();
        at = next!;
      }
      expect(at).toBe(shared.offset + length);
      expect(at !== owner.length || ranges.isEndShared(shared.owner)).toBe(true);
    }
    expect(end).toBe(bytes.length);
  }
  return stored;
}

/** As `storedBytes`: owners' stretches may only be known once all is found. */
function storedOf(files: readonly Uint8Array[]): number {
  return storedBytes(files, find(files));
}

describe("findSharedRanges", () => {
  const common = noise(50_000, 11);

  it("finds what stands elsewhere, at any distance", () => {
    const files = [
      concat(noise(7_777, 13), common, noise(5_000, 15)),
      concat(noise(3_333, 17), common.subarray(1_111), noise(4_444, 19)),
    ];
    const stored = storedOf(files);
    const unique = 7_777 + 50_000 + 5_000 + 3_333 + 4_444;
    expect(stored).toBeGreaterThanOrEqual(unique);
    expect(stored).toBeLessThan(unique + 1_100);
  });

  it("finds what a file has twice", () => {
    const stored = storedOf([concat(common, noise(5_000, 21), common)]);
    // But for what is too close to both ends of the file.
    expect(stored).toBeLessThan(55_000 + 1_100 + 2 * limits.shortest);
  });

  it("leaves alone what has nothing in common, or too little", () => {
    const files = [
      concat(noise(30_000, 23), common.subarray(0, 1_900)),
      concat(common.subarray(0, 1_900), noise(30_000, 25)),
    ];
    const ranges = find(files);
    expect(storedBytes(files, ranges)).toBe(63_800);
    expect(ranges.isCut(0)).toBe(false);
    expect([...ranges.stretchesOf(2, 31_900)]).toEqual([{ offset: 0, length: 31_900 }]);
  });

  it("does not share what repeats itself in short", () => {
    const files = [new Uint8Array(100_000), concat(noise(9_000, 27), new Uint8Array(100_000))];
    expect(storedOf(files)).toBe(209_000);
  });

  it("does not share with a file that is compressed in another way", () => {
    const files = [common, concat(noise(9_000, 29), common)];
    expect(
      storedBytes(
        files,
        find(files, () => false),
      ),
    ).toBe(109_000);
  });

  it("keeps its promises for files that are all mixed up", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Uint32Array(noise(4 * 200, seed).buffer);
      let used = 0;
      const below = (limit: number) => random[used++ % random.length]! % limit;
      const sources = Array.from({ length: 3 }, (_, i) => noise(20_000 + below(20_000), seed * 100 + 2 * i));
      const files = Array.from({ length: 6 }, () =>
        concat(
          ...Array.from({ length: 1 + below(6) }, () => {
            if (below(4) === 0) return noise(below(9_000), below(1 << 30));
            const source = sources[below(sources.length)]!;
            const start = below(source.length);
            return source.subarray(start, start + below(source.length - start));
          }),
        ),
      );
      const ranges = find(files);
      expect(storedBytes(files, ranges)).toBeLessThanOrEqual(
        files.reduce((sum, { length }) => sum + length, 0),
      );
    }
  });
});
