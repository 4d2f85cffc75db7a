import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { includedCompressors } from "../../src/compressors/included.ts";
import { erofs, output } from "../command.ts";

const plugin = fileURLToPath(new URL("../plugins/zlib-deflate.mjs", import.meta.url));

describe("erofs compressors", () => {
  it("shows all that are included", async () => {
    const text = await output(["compressors"]);
    const names = [...text.matchAll(/^Name: +(.*)$/gm)].map(([, name]) => name);
    expect(names).toEqual(includedCompressors.map(({ name }) => name));
    expect(text).toMatch(/^Level: +0 to 12, default 9$/m);
    expect(text).toMatch(/^Option lc: +0 to 4: /m);
  });

  it("shows those that are named, modules too", async () => {
    const text = await output(["compressors", plugin]);
    expect(text).toMatch(
      /^Name: +zlib-deflate\nFormat: +deflate\nLevel: +1 to 9, default 6\nDictsize: +none\n/,
    );
    expect(text).toMatch(/^Module: +file:\/\/.*zlib-deflate\.mjs$/m);
  });

  it("gives JSON", async () => {
    const [own, lz4] = JSON.parse(await output(["compressors", "--json", plugin, "lz4"]));
    expect(own).toMatchObject({ name: "zlib-deflate", algorithm: 2, private: false, options: {} });
    expect(lz4).toMatchObject({ name: "lz4", algorithm: 0 });
  });

  it("names what it does not find", async () => {
    const { status, stderr } = await erofs(["compressors", "snappy"]);
    expect(status).toBe(2);
    expect(stderr).toContain("there is no compressor 'snappy'");
  });
});
