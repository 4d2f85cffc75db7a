import { threadStart } from "@erofs/format";
import { mount, type Mounted } from "@erofs/fuse";
import { openBytes } from "./image-bytes.ts";
import type { ImageData } from "./image-data.ts";
import { onceEach } from "./once-each.ts";
import type { ServeOptions } from "./serve-options.ts";

/** Seconds for which the kernel keeps what it was told: nothing in an image changes. */
const TIMEOUT = 86_400;
const DEFAULT_CACHE = 64 << 20;
/**
 * Of what is to be kept, the part that is for metadata: the kernel has it too, in the image's page cache, and keeps what it
 * was told. New memory for more of it costs more than reading it there again.
 */
const METADATA_PART = 1 / 16;
const LEAST_METADATA = 1 << 20;

/**
 * Mounts an image by FUSE and serves it. Resolves when the mount answers; `ended` of what comes back resolves when it is
 * gone.
 * @param log told in one line each of files that cannot be read, and of servers that come and go
 * @throws (rejects with) ErofsError for an image that cannot be read, MountError
 */
export async function serveImage(
  options: ServeOptions,
  log: (line: string) => void = () => {},
): Promise<Mounted> {
  const { plugins = [], workers = 1, cacheBytes = DEFAULT_CACHE } = options;
  const { bytes, name, close } = await openBytes(options, log);
  try {
    const perThread = cacheBytes / workers;
    const metadataBytes = Math.max(LEAST_METADATA, perThread * METADATA_PART);
    const clusterBytes = Math.max(0, Math.floor(perThread - metadataBytes));
    const data: ImageData = { bytes, caches: { cacheBytes: metadataBytes, clusterBytes }, plugins };
    const mounted = await mount({
      ...options,
      source: options.source ?? name,
      subtype: "erofs",
      module: threadStart(import.meta.url, "./image-file-system.js", []).url,
      data,
      workers,
      timeout: TIMEOUT,
      // Not with bytes that somebody fetches.
      rehearses: "fds" in bytes,
      onFault: onceEach(log),
    });
    mounted.ended.then(close, close);
    return mounted;
  } catch (error) {
    await close();
    throw error;
  }
}
