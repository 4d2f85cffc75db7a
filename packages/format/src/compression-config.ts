import { Algorithm } from "./constants.ts";
import { BuildError, CorruptImage, UnsupportedFeature } from "./errors.ts";
import { alignUp, load16, load32, store16, store32 } from "./little-endian.ts";

/** `struct z_erofs_lz4_cfgs`. */
export interface Lz4Config {
  /** How far back a match may reach, bytes. */
  readonly maxDistance: number;
  /** Blocks of the largest LZ4 pcluster in the image. */
  readonly maxPclusterBlocks: number;
}

/** `struct z_erofs_lzma_cfgs`. */
export interface LzmaConfig {
  /** 4096 to 8 MiB. */
  readonly dictSize: number;
}

/** `struct z_erofs_deflate_cfgs`. */
export interface DeflateConfig {
  /** Up to 15; readers take it for 15 anyhow. */
  readonly windowBits: number;
}

/** `struct z_erofs_zstd_cfgs`. */
export interface ZstdConfig {
  /** log2 of the window in bytes: 10 to 20. */
  readonly windowBits: number;
}

/** The record of a private algorithm. */
export interface PrivateConfig {
  /** Of the compressor, by which readers find who decodes it. */
  readonly name: string;
  /** The compressor's own. */
  readonly config: Uint8Array;
}

const payloadSizes = [14, 14, 6, 6] as const;
const MAX_LZMA_DICT = 8 << 20;

/**
 * Splits the records behind the superblock, one for each bit of `availableAlgorithms`, ascending.
 * `bytes` begin where the superblock with its slots ends and may go on behind the last record.
 * Payloads are views into `bytes`. Ids above `Algorithm.zstd` are split too, for the caller to judge.
 * @throws CorruptImage
 */
export function decodeCompressionConfigs(
  bytes: Uint8Array,
  availableAlgorithms: number,
): Map<number, Uint8Array> {
  const configs = new Map<number, Uint8Array>();
  let position = 0;
  for (let algorithm = 0; algorithm < 16; algorithm++) {
    if ((availableAlgorithms & (1 << algorithm)) === 0) continue;
    position = alignUp(position, 4);
    const size = position + 2 <= bytes.length ? load16(bytes, position) : 0;
    const minimum = payloadSizes[algorithm] ?? 1;
    if (size < minimum || position + 2 + size > bytes.length) {
      throw new CorruptImage(
        `compression config of algorithm ${algorithm} at byte ${position} of the configs: ${size} bytes of ` +
          `${Math.max(0, bytes.length - position - 2)} there are, expected at least ${minimum}`,
      );
    }
    configs.set(algorithm, bytes.subarray(position + 2, position + 2 + size));
    position += 2 + size;
  }
  return configs;
}

/**
 * Joins payloads to records, to be put right behind the superblock.
 * @throws BuildError for a payload that is empty or above 65535 bytes
 */
export function encodeCompressionConfigs(configs: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const sorted = [...configs].toSorted(([a], [b]) => a - b);
  let size = 0;
  for (const [, payload] of sorted) size = alignUp(size, 4) + 2 + payload.length;
  const bytes = new Uint8Array(alignUp(size, 4));
  let position = 0;
  for (const [algorithm, payload] of sorted) {
    if (payload.length === 0 || payload.length > 0xffff) {
      throw new BuildError(
        `compression config of algorithm ${algorithm}: ${payload.length} bytes, expected 1 to 65535`,
      );
    }
    position = alignUp(position, 4);
    store16(bytes, position, payload.length);
    bytes.set(payload, position + 2);
    position += 2 + payload.length;
  }
  return bytes;
}

export function decodeLz4Config(payload: Uint8Array): Lz4Config {
  checkSize(payload, Algorithm.lz4);
  return { maxDistance: load16(payload, 0) || 0xffff, maxPclusterBlocks: load16(payload, 2) || 1 };
}

export function encodeLz4Config(config: Lz4Config): Uint8Array {
  const payload = new Uint8Array(payloadSizes[Algorithm.lz4]);
  store16(payload, 0, fits("LZ4 distance", config.maxDistance, 1, 0xffff));
  store16(payload, 2, fits("LZ4 pcluster blocks", config.maxPclusterBlocks, 1, 2048));
  return payload;
}

export function decodeLzmaConfig(payload: Uint8Array): LzmaConfig {
  checkSize(payload, Algorithm.lzma);
  checkKind("LZMA", load16(payload, 4));
  return { dictSize: inRange("LZMA dictionary size", load32(payload, 0), 4096, MAX_LZMA_DICT) };
}

export function encodeLzmaConfig(config: LzmaConfig): Uint8Array {
  const payload = new Uint8Array(payloadSizes[Algorithm.lzma]);
  store32(payload, 0, fits("LZMA dictionary size", config.dictSize, 4096, MAX_LZMA_DICT));
  return payload;
}

export function decodeDeflateConfig(payload: Uint8Array): DeflateConfig {
  checkSize(payload, Algorithm.deflate);
  return { windowBits: inRange("DEFLATE window bits", payload[0]!, 0, 15) };
}

export function encodeDeflateConfig(config: DeflateConfig): Uint8Array {
  const payload = new Uint8Array(payloadSizes[Algorithm.deflate]);
  payload[0] = fits("DEFLATE window bits", config.windowBits, 0, 15);
  return payload;
}

export function decodeZstdConfig(payload: Uint8Array): ZstdConfig {
  checkSize(payload, Algorithm.zstd);
  checkKind("Zstandard", payload[0]!);
  return { windowBits: inRange("Zstandard window bits", payload[1]! + 10, 10, 20) };
}

export function encodeZstdConfig(config: ZstdConfig): Uint8Array {
  const payload = new Uint8Array(payloadSizes[Algorithm.zstd]);
  payload[1] = fits("Zstandard window bits", config.windowBits, 10, 20) - 10;
  return payload;
}

/**
 * How far back matches may reach by an algorithm's record, bytes; undefined where it sets no limit: readers take that of
 * LZ4 and DEFLATE for the most that a stream can have, and a private one means something to its plugin alone.
 * @throws CorruptImage, UnsupportedFeature for a record that Linux refuses
 */
export function matchWindow(algorithm: number, payload: Uint8Array): number | undefined {
  switch (algorithm) {
    case Algorithm.lzma:
      return decodeLzmaConfig(payload).dictSize;
    case Algorithm.zstd:
      return 2 ** decodeZstdConfig(payload).windowBits;
    default:
      return undefined;
  }
}

/** @throws CorruptImage for a name that is cut off, empty or not UTF-8 */
export function decodePrivateConfig(payload: Uint8Array): PrivateConfig {
  const end = 1 + (payload[0] ?? 0);
  if (end === 1 || end > payload.length) {
    throw new CorruptImage(
      `private compression config of ${payload.length} bytes with a name of ${end - 1}, expected at least one that fits`,
    );
  }
  try {
    const name = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload.subarray(1, end));
    return { name, config: payload.subarray(end) };
  } catch (cause) {
    throw new CorruptImage("private compression config with a name that is not UTF-8", { cause });
  }
}

/** A byte for the length of the name, the name in UTF-8, then `config`. @throws BuildError */
export function encodePrivateConfig({ name, config }: PrivateConfig): Uint8Array {
  const text = new TextEncoder().encode(name);
  fits("length of the compressor's name", text.length, 1, 255);
  return Uint8Array.of(text.length, ...text, ...config);
}

function checkSize(payload: Uint8Array, algorithm: keyof typeof payloadSizes & number): void {
  const expected = payloadSizes[algorithm]!;
  if (payload.length < expected) {
    throw new CorruptImage(
      `compression config of algorithm ${algorithm}: ${payload.length} bytes, expected ${expected}`,
    );
  }
}

function checkKind(what: string, kind: number): void {
  if (kind !== 0) throw new UnsupportedFeature(`${what} config of format ${kind}, expected 0`);
}

function inRange(what: string, value: number, min: number, max: number): number {
  if (value < min || value > max) throw new CorruptImage(`${what} ${value}, expected ${min} to ${max}`);
  return value;
}

function fits(what: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new BuildError(`${what} ${value}, expected ${min} to ${max}`);
}
