import { describe, expect, it } from "vitest";
import { CompressorOptionError, parseCompressorSpec } from "../src/index.ts";

describe("parseCompressorSpec", () => {
  it.each([
    ["lz4", { name: "lz4" }],
    ["lz4hc,12", { name: "lz4hc", level: 12 }],
    ["lz4hc,level=12", { name: "lz4hc", level: 12 }],
    ["zstd,level=3,dictsize=65536", { name: "zstd", level: 3, dictSize: 65536 }],
    ["lzma,9,dictsize=64k", { name: "lzma", level: 9, dictSize: 65536 }],
    ["lzma,dictsize=8M,level=0", { name: "lzma", level: 0, dictSize: 8 << 20 }],
  ])("reads %s", (text, expected) => {
    expect(parseCompressorSpec(text)).toEqual(expected);
  });

  it.each([
    ["", "name"],
    [",level=1", "name"],
    ["a b", "name"],
    ["lz4hc,", ""],
    ["lz4hc,level", "level"],
    ["lz4hc,level=", "level"],
    ["lz4hc,level=-1", "level"],
    ["lz4hc,level=1.5", "level"],
    ["lz4hc,level=1k", "level"],
    ["lz4hc,12,level=12", "level"],
    ["lz4hc,level=1,2", "2"],
    ["zstd,dictsize=64x", "dictsize"],
    ["zstd,dictsize=1,dictsize=1", "dictsize"],
    ["zstd,window=3", "window"],
    ["zstd,__proto__=3", "__proto__"],
  ])("refuses %j, naming the option", (text, option) => {
    const error = (() => {
      try {
        return parseCompressorSpec(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(CompressorOptionError);
    expect(error).toMatchObject({ option, code: "EINVAL" });
    expect((error as Error).message).not.toContain("\n");
  });
});
