import type { CacheSizes, SyncSource } from "@erofs/reader";
import type { Plugin } from "@erofs/reader/node";
import type { RemoteHandle } from "@erofs/remote";

/**
 * Where the bytes of an image come from: descriptors of files, files on the web, or sources that a module makes in each
 * thread.
 */
export type ImageBytes =
  | {
      /** The image's own first, then those of its devices. */
      readonly fds: readonly number[];
      /** Where in the first the image begins, bytes. */
      readonly offset: number;
    }
  | {
      /** The image's own first, then those of its devices. */
      readonly remotes: readonly RemoteHandle[];
      /** Where in the first the image begins, bytes. */
      readonly offset: number;
    }
  | {
      /** URL of a module that exports `createSources`. */
      readonly module: string;
      /** Given to it; structured-cloned. */
      readonly data: unknown;
    };

/** What makes sources in a thread: the image's own first, then those of its devices. */
export type CreateSources<Data = unknown> = (
  data: Data,
) => readonly SyncSource[] | Promise<readonly SyncSource[]>;

/** What each thread opens the image with. */
export interface ImageData {
  readonly bytes: ImageBytes;
  /** What it keeps. */
  readonly caches: Required<CacheSizes>;
  /** Compressors whose decoders are needed. */
  readonly plugins: readonly Plugin[];
}
