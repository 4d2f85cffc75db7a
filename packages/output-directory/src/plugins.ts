import { FeatureIncompat } from "@erofs/format";
import type { SyncImage } from "@erofs/reader";
import type { NamedCompressor, Plugin } from "@erofs/reader/node";

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
