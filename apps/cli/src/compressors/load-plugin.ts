import { checkCompressor, type Compressor, CompressorError } from "@erofs/compressor";

import { CommandFailure, describe } from "../failure.ts";
import type { PluginPlace } from "./plugin-url.ts";

/** Milliseconds that a module may take to load. */
const defaultTimeout = 20_000;

function importWithin(url: string, milliseconds: number): Promise<Record<string, unknown>> {
  return new Promise((done, failed) => {
    const late = new Error(`it was not loaded within ${milliseconds / 1000} seconds`);
    const timer = setTimeout(() => failed(late), milliseconds);
    (import(url) as Promise<Record<string, unknown>>).then(done, failed).finally(() => clearTimeout(timer));
  });
}

function looksLikeCompressor(value: unknown): boolean {
  return typeof value === "object" && value !== null && "createEncoder" in value;
}

/** What a module exports, for a message: "default (a function), version (a string)". */
function listOf(exports: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(exports)
    .toSorted()
    .map((name) => {
      const value = exports[name];
      if (looksLikeCompressor(value)) return name;
      return `${name} (${value === null ? "null" : typeof value})`;
    });
  return names.length === 0 ? "nothing" : names.join(", ");
}

/** The export that is asked for; without that, the default one, or the only compressor that there is. */
function pick(exports: Readonly<Record<string, unknown>>, exportName: string | undefined): unknown {
  if (exportName !== undefined) {
    if (Object.hasOwn(exports, exportName)) return exports[exportName];
    throw new CompressorError(`it exports no ${exportName}; it exports ${listOf(exports)}`);
  }
  const candidates = Object.keys(exports).filter((name) => looksLikeCompressor(exports[name]));
  if (candidates.includes("default")) return exports["default"];
  const [first, ...others] = new Set(candidates.map((name) => exports[name]));
  if (others.length > 0) {
    throw new CompressorError(
      `it exports several compressors; say which one with #: ${candidates.join(", ")}`,
    );
  }
  if (first !== undefined) return first;
  throw new CompressorError(`it exports no compressor; it exports ${listOf(exports)}`);
}

/** Workers find a compressor in its module by its name, so no other one there may have it. */
function checkNameIsOwn(plugin: Compressor, exports: Readonly<Record<string, unknown>>): void {
  const twin = Object.keys(exports).find((key) => {
    const other = exports[key];
    return other !== plugin && looksLikeCompressor(other) && (other as Compressor).name === plugin.name;
  });
  if (twin === undefined) return;
  throw new CompressorError(`its name is ${plugin.name}, and so is that of its module's export ${twin}`);
}

/** A copy of what was checked, which the stranger cannot change any more, with the module that it came from. */
function snapshot(plugin: Compressor, module: string): Compressor {
  const { name, algorithm, levels, dictSizes, extraOptions } = plugin;
  return {
    name,
    module,
    algorithm,
    ...(levels === undefined ? {} : { levels: { ...levels } }),
    ...(dictSizes === undefined ? {} : { dictSizes: { ...dictSizes } }),
    ...(extraOptions === undefined ? {} : { extraOptions: { ...extraOptions } }),
    createEncoder: (options) => plugin.createEncoder(options),
    ...(plugin.createDecoder === undefined ? {} : { createDecoder: () => plugin.createDecoder!() }),
    config: (options) => plugin.config(options),
  };
}

/**
 * Imports a module and takes its compressor, once that has been looked over. `name` is what messages call it.
 * @throws CommandFailure
 */
export async function loadPlugin(
  name: string,
  { url, exportName }: PluginPlace,
  timeout = defaultTimeout,
): Promise<Compressor> {
  let exports: Record<string, unknown>;
  try {
    exports = await importWithin(url, timeout);
  } catch (cause) {
    throw new CommandFailure(`compressor '${name}' cannot be loaded: ${describe(cause)}`, { cause });
  }
  try {
    const plugin = pick(exports, exportName);
    checkCompressor(plugin, "what it exports is no compressor");
    checkNameIsOwn(plugin, exports);
    return snapshot(plugin, url);
  } catch (cause) {
    throw new CommandFailure(`compressor '${name}': ${describe(cause)}`, { cause });
  }
}
