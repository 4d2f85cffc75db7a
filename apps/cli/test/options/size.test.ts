import { describe, expect, it } from "vitest";

import { blockSizeValue, parseSize, pclusterSizeFault, sizeValue } from "../../src/options/size.ts";

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

describe("pclusterSizeFault", () => {
  it.each([
    [4096, 4096],
    [65536, 4096],
    [1048576, 4096],
    [12288, 4096],
  ])("finds none in clusters of %i with blocks of %i", (pcluster, block) => {
    expect(pclusterSizeFault(pcluster, block)).toBeUndefined();
  });

  it("says what is wrong", () => {
    expect(pclusterSizeFault(3000, 4096)).toBe("3000 is not a multiple of the block size 4096");
    expect(pclusterSizeFault(2048, 4096)).toContain("not a multiple");
    expect(pclusterSizeFault(2 ** 21, 4096)).toContain("above 1 MiB");
    expect(pclusterSizeFault(2 ** 20, 512)).toContain("more than 2047 blocks of 512");
  });
});
