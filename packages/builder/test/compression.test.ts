import { describe, expect, it } from "vitest";
import { pclusterSizeFault } from "../src/compression.ts";
import { naiveLz4 } from "./naive-lz4.ts";

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

  it("knows that Linux takes fewer blocks in a cluster of LZ4", () => {
    expect(pclusterSizeFault(131072, 512, naiveLz4)).toBeUndefined();
    expect(pclusterSizeFault(262144, 512, naiveLz4)).toBe(
      "262144 has more than 256 blocks of 512: at most 131072 with blocks of 512 and naive",
    );
  });
});
