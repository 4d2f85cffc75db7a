import { describe, expect, it } from "vitest";

import { compressionValue } from "../../src/options/compression.ts";

describe("compressionValue", () => {
  it.each([
    ["lz4", { name: "lz4", level: undefined, dictSize: undefined }],
    ["lz4hc,12", { name: "lz4hc", level: 12, dictSize: undefined }],
    ["lz4hc,level=9", { name: "lz4hc", level: 9, dictSize: undefined }],
    ["lzma,level=6,dictsize=1M", { name: "lzma", level: 6, dictSize: 1048576 }],
    ["zstd,dictsize=65536,3", { name: "zstd", level: 3, dictSize: 65536 }],
  ])("reads %s", (text, request) => {
    expect(compressionValue(text)).toEqual(request);
  });

  it.each([
    ["", "Expected NAME"],
    [",9", "Expected NAME"],
    ["lz4hc,level=high", "level is not a whole number: 'high'"],
    ["lz4hc,-1", "level is not a whole number: '-1'"],
    ["lzma,dictsize=big", "dictsize is not a size: 'big'"],
    ["lz4,speed=2", "Unknown setting 'speed'"],
  ])("refuses '%s'", (text, message) => {
    expect(() => compressionValue(text)).toThrow(message);
  });
});
