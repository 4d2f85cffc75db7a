import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { parseCompressorSpecs } from "@erofs/compressor";
import { describe, expect, it } from "vitest";

import { compressionOptions, type CompressionOptions } from "../../src/build/compression.ts";
import { parseHints } from "../../src/build/hints.ts";
import { temporaryFolder } from "../sample-tree.ts";

const plugin = join(temporaryFolder(), "plugin.mjs");
writeFileSync(
  plugin,
  `export default {
    name: "packer", algorithm: 9, createEncoder: () => ({ encode: () => ({ consumed: 0, produced: 0 }) }),
    createDecoder: () => ({ decode() {} }), config: () => new Uint8Array(0),
  };`,
);

interface Asked {
  readonly z?: string;
  readonly hints?: string;
  readonly verify?: boolean;
  readonly pclusterSize?: number;
}

function options({ z, hints = "", verify, pclusterSize = 4096 }: Asked): Promise<CompressionOptions> {
  const specs = z === undefined ? [] : parseCompressorSpecs(z);
  const flags = { specs, pclusterSize, blockSize: 4096, hints: parseHints(hints, "hints"), verify };
  return compressionOptions(flags, { compress: "-z", pclusterSize: "-C" });
}

/** The compressions as `name level size verify`. */
function listed({ compressions = [] }: CompressionOptions): string[] {
  return compressions.map(({ compressor, level, pclusterSize, verify }) =>
    [compressor.name, level, pclusterSize, verify].filter((part) => part !== undefined).join(" "),
  );
}

describe("compressionOptions", () => {
  it("compresses nothing unless asked to", async () => {
    for (const z of [undefined, "none"])
      expect(listed(await options(z === undefined ? {} : { z }))).toEqual([]);
  });

  it("lists what -z lists, and verifies plugins", async () => {
    const z = `lz4hc,12:deflate,level=9,dictsize=16k:${plugin}`;
    expect(listed(await options({ z }))).toEqual(["lz4hc 12 false", "deflate 9 false", "packer true"]);
    expect(listed(await options({ z, verify: true }))).toEqual([
      "lz4hc 12 true",
      "deflate 9 true",
      "packer true",
    ]);
    expect(listed(await options({ z: plugin, verify: false }))).toEqual(["packer false"]);
    expect((await options({ z })).compressions?.[1]).toMatchObject({ dictSize: 16384 });
  });

  it("tries what auto lists, or the usual ones", async () => {
    const usual = await options({ z: "auto" });
    expect(usual.auto).toEqual({ candidates: [0, 1] });
    expect(listed(usual)).toEqual(["lz4hc false", "zstd false"]);
    const own = await options({ z: "auto,worth=10:lz4:deflate,9" });
    expect(own.auto).toEqual({ candidates: [0, 1], worth: 0.1 });
    expect(listed(own)).toEqual(["lz4 false", "deflate 9 false"]);
  });

  it("adds a compression for each kind of hint", async () => {
    const hints = "8192 a\n8192 0 b\n16384 1 c\n0 d\n64K deflate,9 e\n4K none f\n64K deflate,9 g";
    const result = await options({ z: "lz4:lz4hc", hints });
    expect(listed(result)).toEqual([
      "lz4 false",
      "lz4hc false",
      "lz4 8192 false",
      "lz4hc 16384 false",
      "deflate 9 65536 false",
    ]);
    const answers = [..."abcdefgx"].map((path) => result.compressionOf?.(path, 1e6));
    expect(answers).toEqual([2, 2, 3, "none", 4, "none", 4, undefined]);
  });

  it("leaves files without a hint as they are where -z is not given", async () => {
    const result = await options({ hints: "8192 deflate a\n0 b" });
    expect([..."abx"].map((path) => result.compressionOf?.(path, 1e6))).toEqual([0, "none", "none"]);
  });

  it.each<[Asked, string]>([
    [{ z: "none:lz4" }, "-z: none stands for no compression"],
    [{ z: "none,3" }, "-z: none stands for no compression"],
    [{ z: "auto:auto" }, "-z: auto stands first"],
    [{ z: "lz4:auto" }, "-z: auto stands first"],
    [{ z: "auto,3" }, "-z: auto has no option but worth"],
    [{ z: "auto,worth=100" }, "worth 100 is not between 1 and 99"],
    [{ z: "zip" }, "-z: there is no compressor 'zip'"],
    [{ z: "lz4,1" }, "-z: lz4 has no levels"],
    [{ z: "lz4hc,13" }, "-z: lz4hc: level 13 is not between 0 and 12"],
    [{ z: "deflate,dictsize=64k" }, "-z: deflate: dictsize 65536 is not between 256 and 32768"],
    [{ z: "deflate,x=1" }, '-z: deflate: unknown option "x"'],
    [{ z: "lz4", pclusterSize: 5000 }, "-C: 5000 is not a multiple of the block size 4096"],
    [{ z: "lz4", hints: "\n5000 a" }, "hints:2: 5000 is not a multiple"],
    [{ z: "lz4", hints: "4096 1 a" }, "hints:1: there is no compressor 1: -z lists one compressor"],
    [{ hints: "4096 a" }, "hints:1: there is no compressor 0: -z lists 0 compressors"],
    [{ z: "lz4", hints: "4096 zip a" }, "hints:1: there is no compressor 'zip'"],
    [{ z: "lz4", hints: "4096 lz4hc,99 a" }, "hints:1: lz4hc: level 99"],
  ])("refuses %j", async (asked, message) => {
    await expect(options(asked)).rejects.toThrow(message);
  });
});
