import { describe, expect, it } from "vitest";
import { createRegistry } from "../src/index.ts";
import type { Compressor } from "../src/index.ts";
import { runLengthCodec } from "./run-length-codec.ts";

const leveled: Compressor = {
  ...runLengthCodec,
  name: "rl",
  levels: { min: 1, max: 9, default: 6 },
  dictSizes: { min: 512, max: 4096 },
};
const plain: Compressor = { ...runLengthCodec, name: "plain" };

describe("createRegistry", () => {
  const registry = createRegistry([leveled, plain]);

  it("finds by name, in the order given", () => {
    expect(registry.names).toEqual(["rl", "plain"]);
    expect(registry.find("plain")).toBe(plain);
  });

  it("names what there is when a name is unknown", () => {
    expect(() => registry.find("lzx")).toThrow('no compressor "lzx" (there are: rl, plain)');
    expect(() => createRegistry([]).find("rl")).toThrow("there are: none");
  });

  it("refuses two of one name", () => {
    expect(() => createRegistry([plain, plain])).toThrow('"plain"');
  });

  it("makes encoder options of a spec", () => {
    expect(registry.choose("rl,9,dictsize=1k", 4096)).toEqual({
      compressor: leveled,
      options: { level: 9, maxOutput: 4096, dictSize: 1024 },
    });
    expect(registry.choose({ name: "rl" }, 8192).options).toEqual({ level: 6, maxOutput: 8192 });
    expect(registry.choose("plain", 8192).options).toEqual({ level: 0, maxOutput: 8192 });
  });
});
