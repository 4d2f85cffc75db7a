import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { loadCompressor } from "../../src/compressors/load.ts";
import { loadPlugin } from "../../src/compressors/load-plugin.ts";
import { temporaryFolder } from "../sample-tree.ts";

const folder = temporaryFolder();
const home = process.cwd();
beforeAll(() => process.chdir(folder));
afterAll(() => process.chdir(home));

function file(name: string, source: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, source);
  return path;
}

/** The source of a compressor, as an expression. */
function packer(name: string, more = ""): string {
  return `{
    name: "${name}", algorithm: 9, levels: { min: 1, max: 3, default: 2 }, ${more}
    createEncoder: () => ({ encode: () => ({ consumed: 0, produced: 0 }) }),
    createDecoder: () => ({ decode() {} }), config: () => new Uint8Array(0),
  }`;
}

const one = file("one.mjs", `export const packer = ${packer("packer")}; export const version = "1";`);
const both = file(
  "both.mjs",
  `export const fast = ${packer("fast")}; export const small = ${packer("small")};`,
);
file("default.mjs", `export const fast = ${packer("fast")}; export default ${packer("usual")};`);

async function nameOf(name: string): Promise<string> {
  const { compressor, isPlugin } = await loadCompressor(name);
  expect(isPlugin).toBe(true);
  return compressor.name;
}

describe("loadCompressor, of modules,", () => {
  it("takes a path, absolute or from here on, and a URL", async () => {
    expect(await nameOf(one)).toBe("packer");
    expect(await nameOf("./one.mjs")).toBe("packer");
    expect(await nameOf("../" + folder.split("/").at(-1) + "/one.mjs")).toBe("packer");
    expect(await nameOf(pathToFileURL(one).href)).toBe("packer");
  });

  it("gives the module's URL, whatever the plugin says", async () => {
    const path = file("elsewhere.mjs", `export default ${packer("x", 'module: "file:///other.mjs",')}`);
    const { compressor } = await loadCompressor("./elsewhere.mjs");
    expect(compressor.module).toBe(pathToFileURL(path).href);
  });

  it("calls a plugin's functions as methods, and keeps what was checked", async () => {
    file(
      "class.mjs",
      `class Packer {
        #level = 7; name = "packer"; algorithm = 9; levels = { min: 1, max: 1, default: 1 };
        createEncoder() { return this.#level; } createDecoder() { return this.#level; }
        config() { this.name = "other"; this.levels.max = 99; return Uint8Array.of(this.#level); }
      }
      export default new Packer();`,
    );
    const { compressor } = await loadCompressor("./class.mjs");
    expect(compressor.config({ level: 1, maxOutput: 1, blockSize: 1 })).toEqual(Uint8Array.of(7));
    expect(compressor).toMatchObject({ name: "packer", levels: { max: 1 } });
    expect(compressor.createDecoder?.()).toBe(7);
  });

  it("takes the default export, or the only compressor, or the one that is named", async () => {
    expect(await nameOf("./default.mjs")).toBe("usual");
    expect(await nameOf("./default.mjs#fast")).toBe("fast");
    expect(await nameOf("./both.mjs#small")).toBe("small");
    file("twice.mjs", `const packer = ${packer("packer")}; export { packer, packer as again };`);
    expect(await nameOf("./twice.mjs")).toBe("packer");
    file("common.cjs", `module.exports = ${packer("common")};`);
    expect(await nameOf("./common.cjs")).toBe("common");
  });

  it.each([
    ["throws.mjs", 'throw new Error("no luck");', "'./throws.mjs' cannot be loaded: no luck"],
    ["syntax.mjs", "export default {", "cannot be loaded"],
    ["lacks.mjs", 'import "not-there";', "cannot be loaded: Cannot find package 'not-there'"],
    [
      "rubbish.mjs",
      "export const f = () => 1; export default null;",
      "it exports default (null), f (function)",
    ],
    ["nothing.mjs", "", "it exports no compressor; it exports nothing"],
    ["bad.mjs", `export default ${packer("A B")}`, 'what it exports is no compressor: name "A B", expected'],
    ["range.mjs", `export default ${packer("x", "levels: 3,")}`, "levels: 3, expected { min, default, max }"],
  ])("says what is wrong with %s", async (name, source, message) => {
    file(name, source);
    await expect(loadCompressor(`./${name}`)).rejects.toThrow(message);
  });

  it("says which export there is where that is not clear", async () => {
    await expect(loadCompressor(both)).rejects.toThrow(
      "several compressors; say which one with #: fast, small",
    );
    await expect(loadCompressor(`${both}#slow`)).rejects.toThrow("exports no slow; it exports fast, small");
    await expect(loadCompressor("./one.mjs#version")).rejects.toThrow('"1", expected an object');
  });

  it("wants one name for one compressor, as workers go by it", async () => {
    file("twins.mjs", `export const a = ${packer("twin")}; export const b = ${packer("twin")};`);
    await expect(loadCompressor("./twins.mjs#b")).rejects.toThrow(
      "its name is twin, and so is that of its module's export a",
    );
  });

  it("does not wait for a module that never comes", async () => {
    const url = pathToFileURL(file("hangs.mjs", "await new Promise(() => {});")).href;
    const place = { url, exportName: undefined };
    await expect(loadPlugin("./hangs.mjs", place, 50)).rejects.toThrow(
      "'./hangs.mjs' cannot be loaded: it was not loaded within 0.05 seconds",
    );
  });

  it.each([
    ["./missing.mjs", "'./missing.mjs': no such file"],
    ["./", "'./': not a file"],
    ["file://host/x.mjs", "file://host/x.mjs"],
  ])("says that %s is no file", async (name, message) => {
    await expect(loadCompressor(name)).rejects.toThrow(message);
  });
});

describe("loadCompressor, of packages,", () => {
  const manifest = { name: "x", type: "module", exports: { import: "./index.js" } };

  beforeAll(() => {
    for (const name of ["erofs-packer", "@scope/packer"]) {
      file(`node_modules/${name}/package.json`, JSON.stringify({ ...manifest, name }));
      file(`node_modules/${name}/index.js`, `export const packer = ${packer("installed")};`);
    }
    file(
      "node_modules/no-exports/package.json",
      JSON.stringify({ ...manifest, exports: { "./a": "./a.js" } }),
    );
  });

  it("finds those installed here, also where require would not", async () => {
    expect(await nameOf("erofs-packer")).toBe("installed");
    expect(await nameOf("@scope/packer")).toBe("installed");
    expect(await nameOf("@scope/packer#packer")).toBe("installed");
  });

  it("finds those beside the command", async () => {
    await expect(loadCompressor("commander")).rejects.toThrow("'commander': it exports no compressor");
  });

  it("prefers what is included, and says so", async () => {
    expect(await loadCompressor("lz4")).toMatchObject({ isPlugin: false, compressor: { name: "lz4" } });
  });

  it.each(["zip", "zlib", "@scope/absent"])("gives a way out where there is no %s", async (name) => {
    await expect(loadCompressor(name)).rejects.toThrow(
      new RegExp(`no compressor '${name}': included are lz4, .*, as './${name}'$`),
    );
  });

  it("says what keeps a package from being used", async () => {
    await expect(loadCompressor("no-exports")).rejects.toThrow(/'no-exports': No "exports" main defined/);
  });
});
