import { describe, expect, it } from "vitest";
import { checkCompressor, CompressorError } from "../src/index.ts";
import { runLengthCodec } from "./run-length-codec.ts";

const { createDecoder: _, ...withoutDecoder } = runLengthCodec;
const range = { min: 0, max: 2 };

describe("checkCompressor", () => {
  it("takes what is a compressor", () => {
    const rich = {
      ...runLengthCodec,
      module: import.meta.url,
      levels: { ...range, default: 1 },
      dictSizes: range,
      extraOptions: { "match-length": { ...range, description: "" } },
      unknown: 1,
    };
    for (const value of [runLengthCodec, { ...withoutDecoder, algorithm: 3 }, rich]) {
      expect(() => checkCompressor(value, "x")).not.toThrow();
    }
  });

  it.each<[unknown, string]>([
    [undefined, "undefined, expected an object"],
    [() => runLengthCodec, "a function, expected an object"],
    ["lz4", '"lz4", expected an object'],
    [{}, "name undefined, expected up to 64"],
    [{ ...runLengthCodec, name: "a b" }, 'name "a b"'],
    [{ ...runLengthCodec, name: "../x" }, 'name "../x"'],
    [{ ...runLengthCodec, name: "a".repeat(65) }, "expected up to 64"],
    [{ ...runLengthCodec, module: "./x.mjs" }, 'module "./x.mjs", expected a URL: import.meta.url'],
    [{ ...runLengthCodec, algorithm: 16 }, "algorithm 16, expected 0 to 3, or up to 15"],
    [{ ...runLengthCodec, algorithm: "2" }, 'algorithm "2"'],
    [{ ...runLengthCodec, createEncoder: {} }, "createEncoder an object, expected a function"],
    [{ ...runLengthCodec, config: undefined }, "config undefined, expected a function"],
    [withoutDecoder, "createDecoder undefined, expected a function as algorithm 15 is private"],
    [{ ...runLengthCodec, algorithm: 0, createDecoder: 1 }, "createDecoder 1, expected a function"],
    [{ ...runLengthCodec, levels: 9 }, "levels: 9, expected { min, default, max }"],
    [{ ...runLengthCodec, levels: { min: 1, max: 9 } }, "levels: default undefined, expected a whole number"],
    [{ ...runLengthCodec, levels: { min: 1, max: 2, default: 3 } }, "levels: min 1, default 3, max 2"],
    [{ ...runLengthCodec, dictSizes: { min: 2, max: 1 } }, "dictSizes: min 2, max 1"],
    [{ ...runLengthCodec, dictSizes: { min: 0.5, max: 1 } }, "dictSizes: min 0.5"],
    [{ ...runLengthCodec, extraOptions: [range] }, 'extraOptions has "0"'],
    [{ ...runLengthCodec, extraOptions: { level: range } }, 'extraOptions has "level"'],
    [{ ...runLengthCodec, extraOptions: { lc: { ...range, min: 3 } } }, "extraOptions.lc: min 3, max 2"],
    [{ ...runLengthCodec, extraOptions: { lc: range } }, "extraOptions.lc: description undefined"],
  ])("says what is wrong, %#", (value, message) => {
    const check = () => checkCompressor(value, "module x");
    expect(check).toThrow(CompressorError);
    expect(check).toThrow(`module x: `);
    expect(check).toThrow(message);
  });

  it("survives an object that throws when it is looked at", () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new TypeError("no");
        },
      },
    );
    expect(() => checkCompressor(hostile, "x")).toThrow("x: it cannot be looked at");
  });
});
