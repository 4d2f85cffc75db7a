import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { presetNames, presets } from "../../src/build/presets.ts";
import { output } from "../command.ts";
import { bigText, createSample } from "../sample-tree.ts";

const { folder, source } = await createSample();
let count = 0;

async function build(...args: string[]): Promise<string> {
  const image = join(folder, `preset-${++count}.erofs`);
  await output(["build", "-q", "--no-sync", "--workers=0", ...args, source, image]);
  return image;
}

async function inspect(image: string): Promise<{ algorithms: string[]; packedNid: number; uuid: string }> {
  return JSON.parse(await output(["inspect", "--json", image])).superblock;
}

describe("erofs build --preset", () => {
  it.each(presets)("$name is what its options are, typed out", async ({ name, options }) => {
    const [preset, typed] = [await build("--preset", name), await build(...options.split(" "))];
    // The derived UUID tells whether all settings are the same.
    expect(await inspect(preset)).toEqual(await inspect(typed));
    expect(await output(["cat", preset, "big.txt"])).toBe(bigText);
    expect(await output(["check", "-q", preset])).toBe("");
  });

  it("gives way to what is asked for, before it or behind", async () => {
    const { algorithms, packedNid } = await inspect(await build("-zdeflate", "--preset", "balanced"));
    expect(algorithms).toEqual(["deflate"]);
    expect(packedNid).not.toBe(0);
    const less = ["-E", "^fragments,^ztailpacking", "--no-compress-directories", "-C", "4K"];
    const bare = await inspect(await build("--preset", "balanced", ...less));
    expect(bare).toEqual(await inspect(await build("-zzstd")));
  });

  it("takes no cluster that is smaller than a block", async () => {
    expect((await inspect(await build("--preset", "fast", "-b", "64K"))).algorithms).toEqual(["lz4"]);
  });

  it("is explained", async () => {
    const help = await output(["build", "--help"]);
    for (const name of presetNames) expect(help).toMatch(new RegExp(`^  ${name} `, "m"));
  });
});
