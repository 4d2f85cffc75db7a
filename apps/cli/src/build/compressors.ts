import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import {
  checkLevel,
  type Compressor,
  CompressorOptionError,
  type CompressorSpec,
  createRegistry,
} from "@erofs/compressor";
import { lz4, lz4hc } from "@erofs/lz4-wasm";

import { CommandFailure, UsageError } from "../failure.ts";

/** The compressors that come with the command. They are plugins as any other: adding one is adding it here. */
const included: readonly Compressor[] = [lz4, lz4hc];

export const compressorNames: readonly string[] = included.map(({ name }) => name);

/** A compressor as chosen by the user. */
export interface ChosenCompressor {
  readonly compressor: Compressor;
  readonly level: number;
}

function isCompressor(value: unknown): value is Compressor {
  if (typeof value !== "object" || value === null) return false;
  const { name, algorithm, createEncoder, config } = value as Partial<Record<keyof Compressor, unknown>>;
  const hasFunctions = typeof createEncoder === "function" && typeof config === "function";
  return typeof name === "string" && typeof algorithm === "number" && hasFunctions;
}

/**
 * The compressors that an ES module exports, under whatever names.
 * @throws CommandFailure when it cannot be loaded or exports none
 */
async function loadPlugins(file: string): Promise<Compressor[]> {
  let exports: Record<string, unknown>;
  try {
    exports = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure(`cannot load the compressors of '${file}': ${reason}`, { cause });
  }
  // One that is exported twice, also as default, is one.
  const found = [...new Set(Object.values(exports).filter(isCompressor))];
  if (found.length === 0) throw new CommandFailure(`'${file}' exports no compressor`);
  return found;
}

/**
 * The compressor that `-z` asks for, out of those included and those that `plugins`, ES modules, export; undefined for
 * `none`. `option` is how messages name `-z`.
 * @throws UsageError when there is no such compressor or no such level, CommandFailure for a plugin that is none
 */
export async function chooseCompressor(
  spec: CompressorSpec | undefined,
  plugins: readonly string[],
  option: string,
): Promise<ChosenCompressor | undefined> {
  // Even when none of them is wanted: a mistyped file is to be told.
  const loaded = await Promise.all(plugins.map(loadPlugins));
  if (spec === undefined || spec.name === "none") return undefined;
  try {
    const compressor = createRegistry([...included, ...loaded.flat()]).find(spec.name);
    if (spec.dictSize !== undefined)
      throw new CompressorOptionError("dictsize", `${spec.name} takes no dictsize`);
    if (spec.level !== undefined && compressor.levels === undefined) {
      throw new CompressorOptionError("level", `${spec.name} has no levels`);
    }
    return { compressor, level: checkLevel(compressor, spec.level) };
  } catch (error) {
    throw error instanceof CompressorOptionError ? new UsageError(`${option}: ${error.message}`) : error;
  }
}
