import type { MountOptions } from "@erofs/fuse";
import type { Plugin } from "@erofs/reader/node";
import type { RemoteOptions } from "@erofs/remote";

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
