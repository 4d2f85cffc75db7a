import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { chooseCompressor } from "../../src/build/compressors.ts";
import { temporaryFolder } from "../sample-tree.ts";

const folder = temporaryFolder();

function moduleFile(name: string, source: string): string {
  const path = join(folder, name);
  writeFileSync(path, source);
  return path;
}

const plugin = moduleFile(
  "plugin.mjs",
  `export const packer = {
    name: "packer", algorithm: 100, levels: { min: 1, max: 3, default: 2 },
    createEncoder: () => ({ encode: () => ({ consumed: 0, produced: 0 }) }), config: () => new Uint8Array(0),
  };
  export default packer;
  export const version = "1";`,
);

describe("chooseCompressor", () => {
  it("gives nothing for nothing", async () => {
    expect(await chooseCompressor(undefined, [], "-z")).toBeUndefined();
    expect(await chooseCompressor({ name: "none" }, [], "-z")).toBeUndefined();
  });

  it("finds what is included, with its default level", async () => {
    const chosen = await chooseCompressor({ name: "lz4hc" }, [], "-z");
    expect(chosen?.compressor.name).toBe("lz4hc");
    expect(chosen?.level).toBe(chosen?.compressor.levels?.default);
  });

  it("finds what a module exports", async () => {
    const chosen = await chooseCompressor({ name: "packer", level: 3 }, [plugin], "-z");
    expect(chosen).toMatchObject({ compressor: { algorithm: 100 }, level: 3 });
    await expect(chooseCompressor({ name: "packer", level: 4 }, [plugin], "-z")).rejects.toThrow(
      "-z: packer: level 4 is not between 1 and 3",
    );
    await expect(chooseCompressor({ name: "zip" }, [plugin], "-z")).rejects.toThrow("lz4, lz4hc, packer");
  });

  it("says what is wrong with a module", async () => {
    const empty = moduleFile("empty.mjs", "export const name = 1;");
    await expect(chooseCompressor({ name: "lz4" }, [empty], "-z")).rejects.toThrow("exports no compressor");
    const missing = join(folder, "missing.mjs");
    await expect(chooseCompressor({ name: "lz4" }, [missing], "-z")).rejects.toThrow(`cannot load`);
    await expect(chooseCompressor(undefined, [missing], "-z")).rejects.toThrow(`cannot load`);
  });
});
