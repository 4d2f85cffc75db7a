import { describe, expect, it } from "vitest";
import { PackedContent } from "../../src/plan/packed-content.ts";

describe("PackedContent", () => {
  it("has what is added one behind the other, and says where", () => {
    const packed = new PackedContent(6);
    packed.add(4, 100);
    packed.add(1, 30);
    packed.share(5, 1);
    packed.add(2, 7);
    expect(packed.size).toBe(137);
    const places = [0, 1, 2, 4, 5].map((index) => [packed.offsetOf(index), packed.sizeOf(index)]);
    expect(places).toEqual([
      [0, 0],
      [100, 30],
      [130, 7],
      [0, 100],
      [100, 30],
    ]);
  });

  it("says what stands anywhere, files cut among it", () => {
    const packed = new PackedContent(4);
    for (const [index, size] of [10, 25, 5].entries()) packed.add(2 - index, size);
    packed.share(3, 1);
    expect([...packed.files()]).toEqual([2, 1, 0]);
    expect([...packed.ranges(0, 16)]).toEqual([
      { index: 2, start: 0, length: 10 },
      { index: 1, start: 0, length: 6 },
    ]);
    expect([...packed.ranges(16, 16)]).toEqual([{ index: 1, start: 6, length: 16 }]);
    expect([...packed.ranges(10, 25)]).toEqual([{ index: 1, start: 0, length: 25 }]);
    expect([...packed.ranges(34, 6)]).toEqual([
      { index: 1, start: 24, length: 1 },
      { index: 0, start: 0, length: 5 },
    ]);
  });
});
