import { describe, expect, it } from "vitest";

import { alignmentValue, blockSizeValue, parseSize, sizeValue } from "../../src/options/size.ts";

describe("parseSize", () => {
  it.each([
    ["4096", 4096],
    ["0", 0],
    ["4K", 4096],
    ["64k", 65536],
    ["64KiB", 65536],
    ["1M", 1048576],
    ["2 GB", 2147483648],
    ["1T", 1099511627776],
  ])("reads %s", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(["", "K", "-1", "1.5K", "0x1000", "4096 bytes", "99999999999T", "1e3", "4 K K"])(
    "refuses '%s'",
    (text) => {
      expect(parseSize(text)).toBeUndefined();
    },
  );
});

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
