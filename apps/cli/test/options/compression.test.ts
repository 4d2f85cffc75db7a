import { describe, expect, it } from "vitest";

import { compressionValue } from "../../src/options/compression.ts";

describe("compressionValue", () => {
  it("reads what mkfs.erofs reads", () => {
    expect(compressionValue("lz4")).toEqual([{ name: "lz4" }]);
    expect(compressionValue("lz4hc,12:lzma,level=6,dictsize=1M")).toEqual([
      { name: "lz4hc", level: 12 },
      { name: "lzma", level: 6, dictSize: 1048576 },
    ]);
  });

  it("reads modules and options of a compressor's own", () => {
    expect(compressionValue("./mine.mjs#fast,effort=3")).toEqual([
      { name: "./mine.mjs#fast", extra: { effort: 3 } },
    ]);
  });

  it.each(["", ",9", "lz4hc,level=high", "lz4,speed", "lz4:"])(
    "refuses '%s' as a value of an option",
    (text) => {
      expect(() => compressionValue(text)).toThrow(
        expect.objectContaining({ code: "commander.invalidArgument" }),
      );
    },
  );
});
