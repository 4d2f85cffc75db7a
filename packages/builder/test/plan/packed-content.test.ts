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

  it("is cut into parts, files among them", () => {
    const packed = new PackedContent(3);
    for (const [index, size] of [10, 25, 5].entries()) packed.add(index, size);
    const rests: number[] = [];
    const parts = [
      ...packed.parts((rest) => {
        rests.push(rest);
        return 16;
      }),
    ];
    expect(rests.slice(0, 3)).toEqual([40, 24, 8]);
    expect(parts).toEqual([
      [
        { index: 0, start: 0, length: 10 },
        { index: 1, start: 0, length: 6 },
      ],
      [{ index: 1, start: 6, length: 16 }],
      [
        { index: 1, start: 22, length: 3 },
        { index: 2, start: 0, length: 5 },
      ],
    ]);
  });
});
