import { describe, expect, it } from "vitest";
import { checkLevel, checkOptions, CompressorOptionError } from "../src/index.ts";
import type { Compressor } from "../src/index.ts";
import { runLengthCodec } from "./run-length-codec.ts";

const rich: Compressor = {
  ...runLengthCodec,
  name: "rich",
  levels: { min: 1, max: 9, default: 6 },
  dictSizes: { min: 4096, max: 65536 },
  extraOptions: { lc: { min: 0, max: 4, description: "bits of context" } },
};
const bare: Compressor = { ...runLengthCodec, name: "bare" };

describe("checkOptions", () => {
  it("fills in the level and passes on what is given", () => {
    expect(checkOptions(rich, {})).toEqual({ level: 6 });
    expect(checkOptions(bare, {})).toEqual({ level: 0 });
    const given = { level: 9, dictSize: 4096, extra: { lc: 4 } };
    expect(checkOptions(rich, given)).toEqual(given);
  });

  it.each([
    [rich, { level: 0 }, "level", "rich: level 0 is not between 1 and 9"],
    [rich, { dictSize: 65537 }, "dictsize", "rich: dictsize 65537 is not between 4096 and 65536"],
    [rich, { extra: { lc: 5 } }, "lc", "rich: lc 5 is not between 0 and 4"],
    [rich, { extra: { pb: 0 } }, "pb", 'rich: unknown option "pb" (it has: level, dictsize, lc)'],
    [rich, { extra: { constructor: 1 } }, "constructor", "unknown option"],
    [bare, { level: 1 }, "level", "bare has no levels"],
    [bare, { dictSize: 1 }, "dictsize", "bare takes no dictsize"],
    [bare, { extra: { x: 1 } }, "x", 'bare: unknown option "x" (it has none)'],
  ])("refuses what is not declared or out of range, %#", (compressor, spec, option, message) => {
    const check = () => checkOptions(compressor, spec as Parameters<typeof checkOptions>[1]);
    expect(check).toThrow(CompressorOptionError);
    expect(check).toThrow(expect.objectContaining({ option, message: expect.stringContaining(message) }));
  });
});

describe("checkLevel", () => {
  it.each([0, 10, 1.5, Number.NaN])("refuses level %d", (level) => {
    expect(() => checkLevel(rich, level)).toThrow(`rich: level ${level} is not between 1 and 9`);
  });

  it("tells a compressor without levels 0", () => {
    expect(checkLevel(bare, 3)).toBe(0);
  });
});
