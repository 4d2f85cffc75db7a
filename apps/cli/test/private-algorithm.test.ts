import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { erofs, output } from "./command.ts";
import { temporaryFolder } from "./sample-tree.ts";

const plugin = fileURLToPath(new URL("plugins/sparse.mjs", import.meta.url));
const folder = temporaryFolder();
const source = join(folder, "source");
const image = join(folder, "private.erofs");
const ramps = Uint8Array.from({ length: 100_000 }, (_, i) => i);

mkdirSync(source);
writeFileSync(join(source, "ramps"), ramps);
writeFileSync(join(source, "text"), "plain\n");
await output(["build", "--quiet", "--no-sync", "--workers", "0", "-z", plugin, source, image]);

describe("an image with a private algorithm", () => {
  it("is read with --compressor", async () => {
    const given = ["--compressor", plugin];
    expect(await output(["cat", ...given, image, "ramps"])).toBe(Buffer.from(ramps).toString());
    expect(await output(["check", "--quiet", ...given, image])).toBe("");
    for (const workers of ["1", "2"]) {
      expect(await output(["check", "--quiet", "--workers", workers, ...given, image])).toBe("");
      const target = join(folder, `out-${workers}`);
      await output(["extract", "--quiet", "--workers", workers, ...given, image, target]);
      expect(readFileSync(join(target, "ramps")).equals(ramps)).toBe(true);
    }
  });

  it("tells the plugin that is missing, and the rest without it", async () => {
    expect(await output(["ls", image])).toBe("ramps\ntext\n");
    expect(await output(["cat", image, "text"])).toBe("plain\n");
    const cat = await erofs(["cat", image, "ramps"]);
    expect(cat.status).toBe(1);
    expect(cat.stderr).toMatch(/sparse-steps.*was not given: --compressor <MODULE> gives it\n$/);
    const check = await erofs(["check", "--quiet", image]);
    expect({ status: check.status, fault: check.stdout }).toEqual({
      status: 1,
      fault: expect.stringMatching(/^\/ramps: .*sparse-steps.*\n$/),
    });
  });

  it("names the plugin in what inspect and stat show", async () => {
    expect(await output(["inspect", image])).toMatch(
      /^Algorithms: +.*sparse-steps \(private algorithm 12\)/m,
    );
    const { superblock } = JSON.parse(await output(["inspect", "--json", image]));
    expect(superblock.algorithms).toContain("sparse-steps");
    expect(await output(["inspect", image, "ramps"])).toContain("sparse-steps");
    const [ramp] = JSON.parse(await output(["inspect", "--json", image, "ramps"]));
    expect(ramp.extents[0]).toMatchObject({ algorithm: "sparse-steps" });
    expect(await output(["stat", image, "ramps"])).toMatch(/^Compression: +sparse-steps$/m);
  });

  it("refuses what is no compressor", async () => {
    const { status, stderr } = await erofs(["cat", "--compressor", "absent", image, "text"]);
    expect(status).toBe(2);
    expect(stderr).toContain("option '--compressor <MODULE>': there is no compressor 'absent'");
  });
});
