import { threadStart } from "@erofs/format";
import { mount, type Mounted, type MountOptions } from "@erofs/fuse";
import type { Plugin } from "@erofs/reader/node";
import type { RemoteOptions } from "@erofs/remote";
import { openBytes } from "./image-bytes.ts";
import type { ImageData } from "./image-data.ts";
import { onceEach } from "./once-each.ts";
import { openImage } from "./open-image.ts";

/** An image whose sources a module makes in each thread: see `CreateSources`. */
export interface ImageModule {
  /** URL. */
  readonly module: string;
  readonly data: unknown;
}

/** All but functions and signals can be sent to another process. */
export interface ServeOptions extends Pick<
  MountOptions,
  "directory" | "allowOther" | "checkPermissions" | "suid" | "dev" | "exec" | "workers" | "autoUnmount"
> {
  /** Path of the file or block device, http(s) address, or a module that gives access to something else. */
  readonly image: string | ImageModule;
  /** Where in the file the image begins, bytes. */
  readonly offset?: number | undefined;
  /** Files of the extra devices, in the order of the device table; addresses where the image has one. */
  readonly devices?: readonly string[] | undefined;
  /** How files on the web are fetched and kept on disk. */
  readonly remote?: RemoteOptions | undefined;
  /** Compressors whose decoders private algorithms need. */
  readonly plugins?: readonly Plugin[] | undefined;
  /** Bytes to keep of metadata and decoded data, all threads together; default 64 MiB. */
  readonly cacheBytes?: number | undefined;
  /** The source in the table of mounts; default: the image's path, or its address without a password. */
  readonly source?: string | undefined;
}

/** Seconds for which the kernel keeps what it was told: nothing in an image changes. */
const TIMEOUT = 86_400;
const DEFAULT_CACHE = 64 << 20;
/** Of what is to be kept, the part that is for metadata. */
const METADATA_PART = 0.25;
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
    const data: ImageData = {
      bytes,
      metadataBytes,
      clusterBytes: Math.max(0, Math.floor(perThread - metadataBytes)),
      plugins,
    };
    // Before anything is mounted: what is no image is told here.
    (await openImage({ ...data, metadataBytes: 0 })).close();
    const mounted = await mount({
      ...options,
      source: options.source ?? name,
      subtype: "erofs",
      module: threadStart(import.meta.url, "./image-file-system.js", []).url,
      data,
      workers,
      timeout: TIMEOUT,
      onFault: onceEach(log),
    });
    mounted.ended.then(close, close);
    return mounted;
  } catch (error) {
    await close();
    throw error;
  }
}
