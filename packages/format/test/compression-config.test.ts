import { describe, expect, test } from "vitest";
import {
  BuildError,
  CorruptImage,
  decodeCompressionConfigs,
  decodeDeflateConfig,
  decodeLz4Config,
  decodeLzmaConfig,
  decodePrivateConfig,
  decodeZstdConfig,
  encodeCompressionConfigs,
  encodeDeflateConfig,
  encodeLz4Config,
  encodeLzmaConfig,
  encodePrivateConfig,
  encodeZstdConfig,
  matchWindow,
  UnsupportedFeature,
} from "../src/index.ts";
import { bytesOfHex, hexOf } from "./hex.ts";

// As mkfs.erofs writes them: LZ4 with pclusters of 64 KiB, LZMA of 256 KiB, DEFLATE, Zstandard of 512 KiB.
const lz4 = "0e00ffff100000000000000000000000";
const lzma = "0e000000040000000000000000000000";
const deflate = "06000f0000000000";
const zstd = "0600000900000000";

const all = new Map([
  [3, encodeZstdConfig({ windowBits: 19 })],
  [0, encodeLz4Config({ maxDistance: 65535, maxPclusterBlocks: 16 })],
  [2, encodeDeflateConfig({ windowBits: 15 })],
  [1, encodeLzmaConfig({ dictSize: 262144 })],
]);

test("records are encoded byte for byte, in order of their algorithms", () => {
  expect(hexOf(encodeCompressionConfigs(all))).toBe(lz4 + lzma + deflate + zstd);
  expect(encodeCompressionConfigs(new Map())).toEqual(new Uint8Array(0));
});

test("records say how far back matches reach", () => {
  expect([0, 1, 2, 3].map((id) => matchWindow(id, all.get(id)!))).toEqual([
    undefined,
    262_144,
    undefined,
    524_288,
  ]);
  expect(matchWindow(4, encodePrivateConfig({ name: "own", config: new Uint8Array(0) }))).toBe(undefined);
  expect(() => matchWindow(1, new Uint8Array(14))).toThrow(CorruptImage);
});

test("records are decoded, bytes behind them ignored", () => {
  const configs = decodeCompressionConfigs(bytesOfHex(`${lz4}${lzma}${deflate}${zstd}ffff`), 0xf);
  expect([...configs.keys()]).toEqual([0, 1, 2, 3]);
  expect(decodeLz4Config(configs.get(0)!)).toEqual({ maxDistance: 65535, maxPclusterBlocks: 16 });
  expect(decodeLzmaConfig(configs.get(1)!)).toEqual({ dictSize: 262144 });
  expect(decodeDeflateConfig(configs.get(2)!)).toEqual({ windowBits: 15 });
  expect(decodeZstdConfig(configs.get(3)!)).toEqual({ windowBits: 19 });
});

test("records of odd and of larger size keep the next one aligned", () => {
  const odd = new Map([
    [0, new Uint8Array(15).fill(1)],
    [2, new Uint8Array(7).fill(2)],
    [9, new Uint8Array(1).fill(9)],
  ]);
  const encoded = encodeCompressionConfigs(odd);
  expect(encoded.length % 4).toBe(0);
  expect(decodeCompressionConfigs(encoded, 0x205)).toEqual(odd);
});

test("zeros stand for the values of old images", () => {
  expect(decodeLz4Config(new Uint8Array(14))).toEqual({ maxDistance: 65535, maxPclusterBlocks: 1 });
});

test("records of private algorithms carry a name", () => {
  const config = { name: "schön-1", config: Uint8Array.of(7, 0, 9) };
  const encoded = encodePrivateConfig(config);
  expect(hexOf(encoded)).toBe("08736368c3b66e2d31070009");
  expect(decodePrivateConfig(encoded)).toEqual(config);
  const bare = { name: "x", config: new Uint8Array(0) };
  expect(decodePrivateConfig(encodePrivateConfig(bare))).toEqual(bare);
  const records = encodeCompressionConfigs(new Map([[4, encoded]]));
  expect(decodeCompressionConfigs(records, 0x10).get(4)).toEqual(encoded);
  for (const hex of ["", "00", "0001", "0361", "02ffff"]) {
    expect(() => decodePrivateConfig(bytesOfHex(hex))).toThrow(CorruptImage);
  }
  for (const name of ["", "n".repeat(256)]) {
    expect(() => encodePrivateConfig({ name, config: bare.config })).toThrow(BuildError);
  }
});

describe("damaged records", () => {
  test.each([
    ["size too small", "0d00" + "00".repeat(13), 1],
    ["size 0", "0000" + "00".repeat(14), 1],
    ["cut off", lz4.slice(0, -2), 1],
    ["no bytes at all", "", 1],
    ["second one missing", lz4, 3],
  ])("%s", (_, hex, bitmap) => {
    expect(() => decodeCompressionConfigs(bytesOfHex(hex), bitmap)).toThrow(CorruptImage);
  });

  test("fields out of range", () => {
    expect(() => decodeLzmaConfig(bytesOfHex("ff0f" + "00".repeat(12)))).toThrow("LZMA dictionary size 4095");
    expect(() => decodeDeflateConfig(bytesOfHex("100000000000"))).toThrow("DEFLATE window bits 16");
    expect(() => decodeZstdConfig(bytesOfHex("000b00000000"))).toThrow("Zstandard window bits 21");
    expect(() => decodeZstdConfig(bytesOfHex("010000000000"))).toThrow(UnsupportedFeature);
    expect(() => decodeLz4Config(new Uint8Array(13))).toThrow(CorruptImage);
  });
});

test("values that do not fit are not encoded", () => {
  expect(() => encodeLz4Config({ maxDistance: 65536, maxPclusterBlocks: 1 })).toThrow(BuildError);
  expect(() => encodeLzmaConfig({ dictSize: 4095 })).toThrow(BuildError);
  expect(() => encodeDeflateConfig({ windowBits: 16 })).toThrow(BuildError);
  expect(() => encodeZstdConfig({ windowBits: 9 })).toThrow(BuildError);
  expect(() => encodeCompressionConfigs(new Map([[0, new Uint8Array(0)]]))).toThrow(BuildError);
});
