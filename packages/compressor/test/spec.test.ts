import { describe, expect, it } from "vitest";
import { CompressorOptionError, parseCompressorSpec, parseCompressorSpecs } from "../src/index.ts";

describe("parseCompressorSpec", () => {
  it.each([
    ["lz4", { name: "lz4" }],
    ["lz4hc,12", { name: "lz4hc", level: 12 }],
    ["lz4hc,level=12", { name: "lz4hc", level: 12 }],
    ["zstd,level=3,dictsize=65536", { name: "zstd", level: 3, dictSize: 65536 }],
    ["lzma,9,dictsize=64k", { name: "lzma", level: 9, dictSize: 65536 }],
    ["lzma,dictsize=8M,level=0", { name: "lzma", level: 0, dictSize: 8 << 20 }],
    ["fast,-3", { name: "fast", level: -3 }],
    ["lzma,lc=3,pb=2", { name: "lzma", extra: { lc: 3, pb: 2 } }],
    ["./mine.mjs,2", { name: "./mine.mjs", level: 2 }],
    ["/opt/a b/mine.mjs#fast", { name: "/opt/a b/mine.mjs#fast" }],
    ["@scope/name/sub,level=1", { name: "@scope/name/sub", level: 1 }],
    ["file:///mine.mjs", { name: "file:///mine.mjs" }],
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
    ["lz4hc,level=-", "level"],
    ["lz4hc,level=1.5", "level"],
    ["lz4hc,level=1k", "level"],
    ["lz4hc,12,level=12", "level"],
    ["lz4hc,level=1,2", "2"],
    ["zstd,dictsize=64x", "dictsize"],
    ["zstd,dictsize=1,dictsize=1", "dictsize"],
    ["lzma,lc=3,lc=3", "lc"],
    ["lzma,lc=x", "lc"],
    ["@scope,level=1", "name"],
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

describe("parseCompressorSpecs", () => {
  it.each([
    ["lz4hc,12:lzma", ["lz4hc", "lzma"]],
    ["lz4:./a.mjs,1:../b/c.mjs:@x/y", ["lz4", "./a.mjs", "../b/c.mjs", "@x/y"]],
    ["file:///a/b.mjs:lz4:FILE:///c", ["file:///a/b.mjs", "lz4", "FILE:///c"]],
    ["C:\\x.mjs:d:/y.mjs,2:lz4", ["C:\\x.mjs", "d:/y.mjs", "lz4"]],
    ["file:///C:/x.mjs:lz4", ["file:///C:/x.mjs", "lz4"]],
    ["profile:/x.mjs", ["profile", "/x.mjs"]],
  ])("separates %s", (text, names) => {
    expect(parseCompressorSpecs(text).map(({ name }) => name)).toEqual(names);
  });

  it.each(["lz4:", ":lz4", "lz4::lzma", "lz4:lzma,x"])("refuses %j", (text) => {
    expect(() => parseCompressorSpecs(text)).toThrow(CompressorOptionError);
  });
});
