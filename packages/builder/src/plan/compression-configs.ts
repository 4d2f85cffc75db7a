import {
  Algorithm,
  BuildError,
  decodeDeflateConfig,
  decodeLz4Config,
  decodeLzmaConfig,
  decodeZstdConfig,
  encodeDeflateConfig,
  encodeLz4Config,
  encodeLzmaConfig,
  encodePrivateConfig,
  encodeZstdConfig,
} from "@erofs/format";
import type { SettledCompression } from "../compression.ts";

/** What the superblock says of the compressions that are used. */
export interface CompressionRecords {
  /** By algorithm; empty where the superblock itself says enough: of LZ4 in clusters of one block. */
  readonly configs: ReadonlyMap<number, Uint8Array>;
  /** How far LZ4's matches may reach, bytes; 0 where there is no LZ4. */
  readonly lz4Distance: number;
}

/**
 * One record for each algorithm among `used`, which allows all that its compressors make. Throws `BuildError` for a
 * record that is none.
 */
export function compressionRecords(
  used: readonly SettledCompression[],
  { blockSize, dedupe }: { readonly blockSize: number; readonly dedupe: boolean },
): CompressionRecords {
  const configs = new Map<number, Uint8Array>();
  for (const {
    compressor: { algorithm },
  } of used) {
    if (configs.has(algorithm)) continue;
    const group = used.filter(({ compressor }) => compressor.algorithm === algorithm);
    configs.set(algorithm, mergedConfig(algorithm, group, blockSize));
  }
  const lz4 = configs.get(Algorithm.lz4);
  const lz4Distance = lz4 ? decodeLz4Config(lz4).maxDistance : 0;
  const areSmall = !dedupe && used.every(({ encoderOptions }) => encoderOptions.maxOutput === blockSize);
  return { configs: areSmall && configs.size === 1 && lz4 ? new Map() : configs, lz4Distance };
}

function mergedConfig(
  algorithm: number,
  group: readonly SettledCompression[],
  blockSize: number,
): Uint8Array {
  const most = <Record>(decode: (config: Uint8Array) => Record, field: (record: Record) => number): number =>
    Math.max(...group.map(({ config }) => field(decode(config))));
  switch (algorithm) {
    case Algorithm.lz4: {
      const blocks = group.map(({ encoderOptions }) => encoderOptions.maxOutput / blockSize);
      return encodeLz4Config({
        maxDistance: most(decodeLz4Config, ({ maxDistance }) => maxDistance),
        maxPclusterBlocks: Math.max(...blocks),
      });
    }
    case Algorithm.lzma:
      return encodeLzmaConfig({ dictSize: most(decodeLzmaConfig, ({ dictSize }) => dictSize) });
    case Algorithm.deflate:
      return encodeDeflateConfig({ windowBits: most(decodeDeflateConfig, ({ windowBits }) => windowBits) });
    case Algorithm.zstd:
      return encodeZstdConfig({ windowBits: most(decodeZstdConfig, ({ windowBits }) => windowBits) });
    default: {
      // `settle` has seen that all of the group have the same.
      const { compressor, config } = group[0]!;
      return encodePrivateConfig({ name: compressor.name, config });
    }
  }
}

/** Throws `BuildError` for a compression of whose record nothing can be made. */
export function checkConfig(compression: SettledCompression, blockSize: number): void {
  try {
    compressionRecords([compression], { blockSize, dedupe: false });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BuildError(`${compression.compressor.name}: ${reason}`, { cause }, "EPROTO");
  }
}
