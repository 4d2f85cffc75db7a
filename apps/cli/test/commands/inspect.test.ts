import { describe, expect, it } from "vitest";

import { output } from "../command.ts";
import { bigText, createSample } from "../sample-tree.ts";

const { image } = await createSample();

describe("erofs inspect", () => {
  it("shows the superblock", async () => {
    const text = await output(["inspect", image]);
    expect(text).toMatch(/^Block size: +4096$/m);
    expect(text).toMatch(/^Label: +none$/m);
    expect(text).toMatch(/^Other features: .*superblock checksum/m);
  });

  it("gives the superblock as JSON", async () => {
    const { superblock } = JSON.parse(await output(["inspect", "--json", image])) as { superblock: object };
    expect(superblock).toMatchObject({ blockSize: 4096, inodeCount: 10, label: "", algorithms: [] });
  });

  it("counts what is in the image", async () => {
    const text = await output(["inspect", "-S", image]);
    expect(text).toMatch(/^directory +3 /m);
    expect(text).toMatch(/^symlink +2 /m);
    expect(text).toMatch(/^up to 4\.00 KiB +3 /m);
    expect(text).toContain("0 with xattrs, 1 hard links");
    const { statistics } = JSON.parse(await output(["inspect", "-S", "--json", image])) as {
      statistics: unknown;
    };
    expect(statistics).toMatchObject({
      hardLinks: 1,
      types: { file: { count: 5, bytes: bigText.length + 14 }, directory: { count: 3 } },
      total: { count: 5, bytes: bigText.length + 14 },
    });
  });

  it("shows how a file is stored", async () => {
    const text = await output(["inspect", image, "big.txt"]);
    expect(text).toMatch(/^Layout: +(plain|inline tail)$/m);
    expect(text).toMatch(/^ +0 +\d+ +data +0x[0-9a-f]+/m);
    const [file] = JSON.parse(await output(["inspect", "--json", image, "big.txt"])) as {
      extents: { logical: number; length: number }[];
    }[];
    const end = file?.extents.reduce((place, { logical, length }) => {
      expect(logical).toBe(place);
      return place + length;
    }, 0);
    expect(end).toBe(bigText.length);
  });
});
