import { describe, expect, it } from "vitest";

import { hintFor, parseHints, readHints } from "../../src/build/hints.ts";

describe("parseHints", () => {
  it("reads what mkfs.erofs reads", () => {
    const hints = parseHints(
      "# a comment\n\n65536 \\.so(\\.[0-9]+)*$\n4096\t1\t^usr/share/[[:alpha:]]+ x$\n0 \\.png$\r\n",
      "hints",
    );
    expect(hints.map(({ place, pclusterSize, compressor }) => [place, pclusterSize, compressor])).toEqual([
      ["hints:3", 65536, 0],
      ["hints:4", 4096, 1],
      ["hints:5", 0, 0],
    ]);
    expect(hintFor(hints, "lib/libc.so.6")).toBe(0);
    expect(hintFor(hints, "usr/share/abc x")).toBe(1);
    expect(hintFor(hints, "a/b.png")).toBe(2);
    expect(hintFor(hints, "a/usr/share/abc x")).toBeUndefined();
  });

  it("takes units and compressors, too", () => {
    expect(parseHints("64K zstd,level=19 \\.js$\n1M none x y\n4K ./mine.mjs,2 .", "h")).toMatchObject([
      { pclusterSize: 65536, compressor: { name: "zstd", level: 19 } },
      { pclusterSize: 1 << 20, compressor: { name: "none" }, pattern: /x y/ },
      { pclusterSize: 4096, compressor: { name: "./mine.mjs", level: 2 } },
    ]);
  });

  it("goes by the first line that matches, and by bytes", () => {
    const hints = parseHints("4096 ^é$\n8192 .\n16384 é", "h");
    expect(hintFor(hints, "\u00c3\u00a9")).toBe(0);
    expect(hintFor(hints, "x\u00c3\u00a9")).toBe(1);
  });

  it.each([
    ["4096", "h:1: expected SIZE [COMPRESSOR] PATTERN"],
    ["\n4x a", "h:2: '4x' is no size"],
    ["-1 a", "h:1: '-1' is no size"],
    ["4096 (a", "h:1: pattern '(a': '(' without ')'"],
    ["4096 auto,worth=5 a", "h:1: auto cannot stand here"],
    ["4096 zstd,level=x a", 'h:1: level: "x" is not a whole number'],
  ])("refuses %j with its place", (text, message) => {
    expect(() => parseHints(text, "h")).toThrow(message);
  });

  it("names a file that cannot be read", () => {
    expect(() => readHints("not-there")).toThrow(/^'not-there': no such file or directory$/);
    expect(() => readHints(".")).toThrow(/^'\.': read: illegal operation on a directory$/);
  });
});
