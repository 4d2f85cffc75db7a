import type { AutoCompression, BuildOptions, Compression } from "@erofs/builder";
import { pclusterSizeFault } from "@erofs/builder";
import { checkOptions, CompressorOptionError, type CompressorSpec } from "@erofs/compressor";

import { loadCompressor } from "../compressors/load.ts";
import { CommandFailure, UsageError } from "../failure.ts";
import { type Hint, hintFor } from "./hints.ts";

/** What the command line says of compression. */
export interface CompressionFlags {
  /** Of `-z`. */
  readonly specs: readonly CompressorSpec[];
  /** Of `-C`, or a block. */
  readonly pclusterSize: number;
  readonly blockSize: number;
  readonly hints: readonly Hint[];
  /** Of `--verify` and `--no-verify`; undefined for what plugins make. */
  readonly verify: boolean | undefined;
}

/** The part of the builder's options that compression flags are for. */
export type CompressionOptions = Pick<
  BuildOptions,
  "pclusterSize" | "compressions" | "compressionOf" | "auto"
>;

/**
 * What `-z auto` tries when it is not told: images of the size that `zstd` alone gives, faster to read. LZMA is for those
 * who ask for it, as the files that it takes are slow to read.
 */
const usualCandidates: readonly CompressorSpec[] = [{ name: "lz4hc" }, { name: "zstd" }];
const mostWorth = 99;

/** The specs that compress, once `none` and `auto` are taken for what they mean. */
function interpret(specs: readonly CompressorSpec[]): {
  specs: readonly CompressorSpec[];
  auto: AutoCompression | undefined;
} {
  const [first, ...others] = specs;
  if (specs.some(({ name }) => name === "none")) {
    if (specs.length > 1 || Object.keys(first!).length > 1) {
      throw new UsageError("none stands for no compression: nothing can stand beside it");
    }
    return { specs: [], auto: undefined };
  }
  if (others.some(({ name }) => name === "auto")) {
    throw new UsageError("auto stands first, what it is to try behind it: auto:lz4hc:zstd");
  }
  if (first?.name !== "auto") return { specs, auto: undefined };
  const { level, dictSize, extra: { worth, ...unknown } = {} } = first;
  if (level !== undefined || dictSize !== undefined || Object.keys(unknown).length > 0) {
    throw new UsageError("auto has no option but worth, in percent: auto,worth=5");
  }
  if (worth !== undefined && !(worth >= 1 && worth <= mostWorth)) {
    throw new UsageError(`auto: worth ${worth} is not between 1 and ${mostWorth} percent`);
  }
  const candidates = others.length === 0 ? usualCandidates : others;
  return {
    specs: candidates,
    auto: { candidates: candidates.map((_, i) => i), ...(worth === undefined ? {} : { worth: worth / 100 }) },
  };
}

/** What a spec asks for. @throws UsageError about its options, CommandFailure about a plugin */
export async function compressionOf(spec: CompressorSpec, verify: boolean | undefined): Promise<Compression> {
  const { compressor, isPlugin } = await loadCompressor(spec.name);
  try {
    checkOptions(compressor, spec);
  } catch (error) {
    throw error instanceof CompressorOptionError ? new UsageError(error.message) : error;
  }
  const { level, dictSize, extra } = spec;
  return { compressor, level, dictSize, extra, verify: verify ?? isPlugin };
}

/** Adds `where` in front of the message of an error about usage. */
function placed(error: unknown, where: string): unknown {
  return error instanceof UsageError ? new UsageError(`${where}: ${error.message}`) : error;
}

/** What the builder is to do for each hint: an index of `compressions`, to which it adds what is missing. */
async function compressionsOfHints(
  { hints, blockSize, verify }: CompressionFlags,
  listed: number,
  compressions: Compression[],
): Promise<(number | "none")[]> {
  const known = new Map<string, number>();
  const result: (number | "none")[] = [];
  for (const { place, pclusterSize, compressor } of hints) {
    if (pclusterSize === 0 || (typeof compressor === "object" && compressor.name === "none")) {
      result.push("none");
      continue;
    }
    if (typeof compressor === "number" && compressor >= listed) {
      const count = listed === 1 ? "one compressor" : `${listed} compressors`;
      throw new CommandFailure(
        `${place}: there is no compressor ${compressor}: -z lists ${count}, from 0 on`,
      );
    }
    const key = JSON.stringify([compressor, pclusterSize]);
    let index = known.get(key);
    if (index === undefined) {
      const compression =
        typeof compressor === "number"
          ? compressions[compressor]!
          : await compressionOf(compressor, verify).catch((error: unknown) => {
              throw error instanceof UsageError ? new CommandFailure(`${place}: ${error.message}`) : error;
            });
      const fault = pclusterSizeFault(pclusterSize, blockSize, compression.compressor);
      if (fault !== undefined) throw new CommandFailure(`${place}: ${fault}`);
      index = compressions.push({ ...compression, pclusterSize }) - 1;
      known.set(key, index);
    }
    result.push(index);
  }
  return result;
}

/**
 * What the builder is told about compression. `where` names `-z` and `-C` in messages.
 * @throws UsageError about a flag, CommandFailure about a line of hints or a plugin
 */
export async function compressionOptions(
  flags: CompressionFlags,
  where: { readonly compress: string; readonly pclusterSize: string },
): Promise<CompressionOptions> {
  const { pclusterSize, blockSize, hints, verify } = flags;
  const compressions: Compression[] = [];
  let auto: AutoCompression | undefined;
  try {
    const asked = interpret(flags.specs);
    auto = asked.auto;
    for (const spec of asked.specs) compressions.push(await compressionOf(spec, verify));
  } catch (error) {
    throw placed(error, where.compress);
  }
  const listed = compressions.length;
  const faults = [undefined, ...compressions.map(({ compressor }) => compressor)].map((compressor) =>
    pclusterSizeFault(pclusterSize, blockSize, compressor),
  );
  const fault = faults.find((each) => each !== undefined);
  if (fault !== undefined) throw new UsageError(`${where.pclusterSize}: ${fault}`);
  if (hints.length === 0) return { pclusterSize, compressions, auto };
  const answers = await compressionsOfHints(flags, listed, compressions);
  return {
    pclusterSize,
    compressions,
    // With nothing listed, what no hint is for stays as it is.
    compressionOf: (path) => {
      const hint = hintFor(hints, path);
      return hint === undefined ? (listed === 0 ? "none" : undefined) : answers[hint];
    },
    auto,
  };
}
