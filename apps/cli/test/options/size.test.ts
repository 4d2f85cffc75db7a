import { parseSize } from "@erofs/format";
import { describe, expect, it } from "vitest";

import { alignmentValue, blockSizeValue, sizeValue } from "../../src/options/size.ts";

describe("option values", () => {
  it("reads an alignment, and the smallest files that have it", () => {
    expect(alignmentValue("2M")).toEqual({ size: 2 << 20 });
    expect(alignmentValue("2M:64K")).toEqual({ size: 2 << 20, from: 65536 });
    expect(() => alignmentValue("2M:")).toThrow("4096, 64K or 1M");
    expect(() => alignmentValue("1:2:3")).toThrow("two with ':' between");
  });

  it("names the forms that a size may have", () => {
    expect(() => sizeValue("much")).toThrow("4096, 64K or 1M");
  });

  it.each(["512", "1K", "4096", "64K"])("takes %s as a block size", (text) => {
    expect(blockSizeValue(text)).toBe(parseSize(text));
  });

  it.each(["256", "128K", "4095", "0", "x"])("refuses %s as a block size", (text) => {
    expect(() => blockSizeValue(text)).toThrow("power of two from 512 to 65536");
  });
});
