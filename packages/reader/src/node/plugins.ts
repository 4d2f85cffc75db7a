import type { Compressor } from "@erofs/compressor";
import { ErofsError } from "@erofs/format";
import type { PrivateDecoder } from "../private-decoders.ts";

/** A compressor by where it is: in a module that exports it under any name. */
export interface NamedCompressor {
  readonly name: string;
  /** URL. */
  readonly module?: string | undefined;
}

/** Where to find a compressor: functions cannot cross to a thread. */
export interface Plugin {
  readonly module: string;
  readonly name: string;
}

/** Those among the compressors that threads need to have the same decoders; undefined when they cannot have them. */
export function pluginsFor(
  decoders: readonly PrivateDecoder[],
  compressors: readonly NamedCompressor[],
): readonly Plugin[] | undefined {
  const plugins: Plugin[] = [];
  for (const { name } of decoders) {
    const module = compressors.find((each) => each.name === name)?.module;
    if (module === undefined) return undefined;
    plugins.push({ module, name });
  }
  return plugins;
}

/** The compressors themselves. @throws ErofsError when a module has none of the name; what importing it throws */
export function importPlugins(plugins: readonly Plugin[]): Promise<Compressor[]> {
  return Promise.all(
    plugins.map(async ({ module, name }) => {
      const exported = (await import(module)) as Record<string, Compressor | null | undefined>;
      const found = Object.values(exported).find((compressor) => compressor?.name === name);
      if (!found)
        throw new ErofsError("EINVAL", `module ${module} exports no compressor of the name ${name}`);
      return found;
    }),
  );
}
