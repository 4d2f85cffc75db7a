import { ErofsError } from "@erofs/format";
import { adviseHugePages, readAt } from "@erofs/linux";
import { loadDecoders, openSync, type SyncImage, type SyncSource } from "@erofs/reader";
import { fileSource, importPlugins } from "@erofs/reader/node";
import type { CreateSources, ImageBytes, ImageData } from "./image-data.ts";

/** Opens the image in this thread. @throws (rejects with) ErofsError, the errors of sources and plugins */
export async function openImage({ bytes, caches, plugins }: ImageData): Promise<SyncImage> {
  const decoders = await loadDecoders(await importPlugins(plugins));
  const [primary, ...devices] = await sourcesOf(bytes);
  if (primary === undefined) throw new ErofsError("EINVAL", "no source of the image");
  return openSync(primary, { devices, decoders, ...caches, onDecoderMemory: adviseHugePages });
}

async function sourcesOf(bytes: ImageBytes): Promise<readonly SyncSource[]> {
  if ("fds" in bytes) {
    return bytes.fds.map((fd, index) => fileSource(fd, { offset: index === 0 ? bytes.offset : 0, readAt }));
  }
  if ("remotes" in bytes) {
    const { remoteSyncSource } = await import("@erofs/remote");
    return bytes.remotes.map((handle, index) =>
      tail(remoteSyncSource(handle), index === 0 ? bytes.offset : 0),
    );
  }
  const { createSources } = (await import(bytes.module)) as { createSources?: CreateSources };
  if (typeof createSources !== "function") {
    throw new ErofsError("EINVAL", `${bytes.module} does not export the function createSources`);
  }
  return createSources(bytes.data);
}

/** The part of a source from `offset` on. @throws ErofsError EINVAL for an offset beyond its end */
function tail(source: SyncSource, offset: number): SyncSource {
  if (offset === 0) return source;
  if (offset > source.size) {
    throw new ErofsError("EINVAL", `offset ${offset} lies beyond the end of the file, ${source.size} bytes`);
  }
  return { ...source, size: source.size - offset, read: (at, target) => source.read(offset + at, target) };
}
