import type { Compressor } from "@erofs/compressor";

import { findIncluded } from "./included.ts";
import { loadedPlugins } from "./loaded-plugins.ts";

/** A compressor with its origin. */
export interface LoadedCompressor {
  readonly compressor: Compressor;
  /** Whether it does not come with the command. */
  readonly isPlugin: boolean;
}

/**
 * The compressor that a name stands for: one that is included, or that of a module.
 * @throws UsageError when there is none, CommandFailure for a module whose compressor cannot be used
 */
export async function loadCompressor(name: string): Promise<LoadedCompressor> {
  const included = findIncluded(name);
  if (included !== undefined) return { compressor: await included.load(), isPlugin: false };
  // Most runs of the command load no plugin, and every command that reads images could.
  const [{ findPlugin }, { loadPlugin }] = await Promise.all([
    import("./plugin-url.ts"),
    import("./load-plugin.ts"),
  ]);
  const place = findPlugin(name);
  loadedPlugins.add(name);
  return { compressor: await loadPlugin(name, place), isPlugin: true };
}
