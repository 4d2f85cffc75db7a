import { describe, expect, it } from "vitest";

import { metaboxValue } from "../../src/options/metabox.ts";

describe("metaboxValue", () => {
  it("reads the size of clusters, and what compresses them", () => {
    expect(metaboxValue("4096")).toEqual({ pclusterSize: 4096 });
    expect(metaboxValue("64K:zstd,level=19")).toMatchObject({
      pclusterSize: 65536,
      compressor: { name: "zstd", level: 19 },
    });
  });

  it.each(["", "zstd", "4096:", "4096:lz4:zstd", "4096:auto", "4096:none"])("refuses '%s'", (text) => {
    expect(() => metaboxValue(text)).toThrow(/Expected|expected|compressor/);
  });
});
