import { describe, expect, it } from "vitest";

import { includedCompressors } from "../../src/compressors/included.ts";

const units = [
  [1 << 20, "M"],
  [1 << 10, "K"],
] as const;

function shortSize(bytes: number): string {
  const [unit, letter] = units.find(([size]) => bytes % size === 0) ?? [1, ""];
  return `${bytes / unit}${letter}`;
}

describe.each(includedCompressors)("included $name", ({ name, options, load }) => {
  it("is declared by its package as help says", async () => {
    const compressor = await load();
    const { levels, dictSizes, extraOptions = {} } = compressor;
    expect(compressor.name).toBe(name);
    const parts = [
      ...(levels === undefined ? [] : [`levels ${levels.min} to ${levels.max}, default ${levels.default}`]),
      ...(dictSizes === undefined
        ? []
        : [`dictsize ${shortSize(dictSizes.min)} to ${shortSize(dictSizes.max)}`]),
      ...(Object.keys(extraOptions).length === 0 ? [] : [Object.keys(extraOptions).join(", ")]),
    ];
    expect(options).toBe(parts.join("; "));
  });
});
