import { FeatureIncompat } from "@erofs/format";
import type { loadDecoders, SyncImage } from "@erofs/reader";
import type { NamedCompressor } from "./options.ts";
import type { Plugin } from "./thread-protocol.ts";

type Compressors = Parameters<typeof loadDecoders>[0];

/** The compressors that threads need to read all of the image; undefined when they cannot have them. */
export function pluginsFor(
  { superblock }: Pick<SyncImage, "superblock">,
  compressors: readonly NamedCompressor[] | undefined,
): readonly Plugin[] | undefined {
  if ((superblock.featureIncompat & FeatureIncompat.privateAlgorithm) === 0) return [];
  const plugins: Plugin[] = [];
  for (const { module, name } of compressors ?? []) {
    if (module !== undefined) plugins.push({ module, name });
  }
  return plugins.length > 0 && plugins.length === compressors?.length ? plugins : undefined;
}

/** The compressors themselves. @throws Error when a module has none of the name; what importing it throws */
export function importPlugins(plugins: readonly Plugin[]): Promise<Compressors> {
  return Promise.all(
    plugins.map(async ({ module, name }) => {
      const exported = (await import(module)) as Record<string, Compressors[number] | null | undefined>;
      const found = Object.values(exported).find((compressor) => compressor?.name === name);
      if (!found) throw new Error(`module ${module} exports no compressor of the name ${name}`);
      return found;
    }),
  );
}
