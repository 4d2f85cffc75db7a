import { NULL_BLOCK } from "@erofs/format";
import { describe, expect, it } from "vitest";
import { isMostlyHoles, planChunks } from "../../src/plan/chunks.ts";

describe("planChunks", () => {
  it("describes a file that is one hole by as few chunks as there can be", () => {
    const plan = planChunks(20 * 2 ** 30, [], 12);
    expect([...plan.blocks]).toEqual([NULL_BLOCK]);
    expect(plan.blockCount).toBe(0);
  });

  it("stores the chunks with data, in order, the last one only as far as the file goes", () => {
    const size = 100 * 2 ** 20 + 1;
    const ranges = [
      { offset: 5000, size: 10 },
      { offset: 50 * 2 ** 20, size: 8192 },
      { offset: size - 1, size: 1 },
    ];
    const plan = planChunks(size, ranges, 12);
    const chunkSize = 4096 * 2 ** plan.format;
    const stored = [...plan.blocks.entries()].filter(([, block]) => block !== NULL_BLOCK);
    for (const { offset, size: length } of ranges) {
      const first = Math.floor(offset / chunkSize);
      const last = Math.floor((offset + length - 1) / chunkSize);
      for (let chunk = first; chunk <= last; chunk++) expect(plan.blocks[chunk]).not.toBe(NULL_BLOCK);
    }
    let next = 0;
    for (const [chunk, block] of stored) {
      expect(block).toBe(next);
      next += Math.ceil(Math.min(chunkSize, size - chunk * chunkSize) / 4096);
    }
    expect(plan.blockCount).toBe(next);
    // A table of 4 bytes a chunk and the data: far below what 4 KiB chunks alone would need for their table.
    expect(4 * plan.blocks.length + 4096 * plan.blockCount).toBeLessThan(65_000);
  });

  it("counts two ranges in one chunk once", () => {
    const ranges = [
      { offset: 0, size: 1 },
      { offset: 4000, size: 1 },
    ];
    expect(planChunks(4096, ranges, 12)).toMatchObject({ blockCount: 1 });
  });
});

describe("isMostlyHoles", () => {
  it("asks for half of the file", () => {
    expect(isMostlyHoles(8192, undefined)).toBe(false);
    expect(isMostlyHoles(8192, [{ offset: 0, size: 4096 }])).toBe(true);
    expect(isMostlyHoles(8192, [{ offset: 0, size: 4097 }])).toBe(false);
  });
});
