import { describe, expect, it } from "vitest";
import { MetadataSpace } from "../../src/plan/metadata-space.ts";

describe("MetadataSpace", () => {
  it("places things at multiples of 32, never over a block's end unless they are larger than a block", () => {
    const space = new MetadataSpace(4096, 8192);
    const taken: [number, number][] = [];
    let seed = 1;
    for (let i = 0; i < 5000; i++) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      const size = i % 50 === 0 ? 4097 + (seed % 20000) : 32 + (seed % 4065);
      const offset = space.place(size);
      expect(offset % 32).toBe(0);
      expect(offset).toBeGreaterThanOrEqual(8192);
      const blocks = Math.floor((offset + size - 1) / 4096) - Math.floor(offset / 4096) + 1;
      expect(blocks).toBe(Math.ceil(size / 4096));
      taken.push([offset, offset + size]);
    }
    taken.sort(([a], [b]) => a - b);
    for (let i = 1; i < taken.length; i++) expect(taken[i]![0]).toBeGreaterThanOrEqual(taken[i - 1]![1]);
    expect(space.end).toBeGreaterThanOrEqual(taken.at(-1)![1]);
  });

  it("fills the tightest gap", () => {
    const space = new MetadataSpace(512, 0);
    expect(space.place(448)).toBe(0); // leaves 64 bytes
    expect(space.place(256)).toBe(512); // leaves 256
    expect(space.place(64)).toBe(448);
    expect(space.place(250)).toBe(768);
    expect(space.end).toBe(1024);
  });

  it("uses what is offered of a block that others began", () => {
    const space = new MetadataSpace(4096, 40960);
    space.offer(1300); // aligned to 1312
    expect(space.place(4096 - 1312)).toBe(1312);
    expect(space.place(32)).toBe(40960);
  });

  it("offers what is left behind a thing of several blocks", () => {
    const space = new MetadataSpace(512, 0);
    expect(space.place(1100)).toBe(0);
    expect(space.end).toBe(1536);
    expect(space.place(384)).toBe(1120);
  });
});
