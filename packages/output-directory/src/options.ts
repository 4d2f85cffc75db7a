import type { ByteString, ErofsError } from "@erofs/format";
import type { ImageFile, NamedCompressor } from "@erofs/reader/node";

export type WarningCode =
  /** An extended attribute that this user may not set, or that the file system does not have. */
  "XATTR_SKIPPED";

export interface Warning {
  readonly code: WarningCode;
  readonly message: string;
  /** In the image. */
  readonly path: ByteString;
}

export interface ExtractOptions {
  /** The directory to extract into; made if it is missing. Bytes when its path is not UTF-8. */
  readonly target: string | Uint8Array;
  /**
   * What to extract, with all below it; without, everything. Symlinks on these paths are not followed. Directories
   * on the way come with them, so that everything stands at its path in the image.
   */
  readonly paths?: readonly ByteString[] | undefined;
  /**
   * Whether to extract what stands at a path of the image, without a leading slash. A directory that matches comes with all
   * below it; one that does not comes if something in it does.
   */
  readonly match?: ((path: ByteString, isDirectory: boolean) => boolean) | undefined;
  /** Keep owners and groups; the default is to do so as root only. */
  readonly owners?: boolean | undefined;
  /** Keep extended attributes; the default is true. */
  readonly xattrs?: boolean | undefined;
  /** Allow a target that is not empty, and replace what stands in the way there, but no directories. */
  readonly overwrite?: boolean | undefined;
  /**
   * Threads, this one included. The default is as many as there are processors, at most 8, and one for what is done
   * sooner than threads start.
   */
  readonly workers?: number | undefined;
  /** Where the image is, for threads that open it for themselves. Without it, there is one thread. */
  readonly imageFile?: ImageFile | undefined;
  /**
   * Those whose decoders the image was opened with, for private algorithms; what has `name` and `module` of a
   * `Compressor`. Threads import the modules. An image with such algorithms is extracted by one thread without this, or
   * when one has no module.
   */
  readonly compressors?: readonly NamedCompressor[] | undefined;
  /** Called for what could not be extracted, which is then left out. Without it, the first error ends all. */
  readonly onError?: ((error: ErofsError) => void) | undefined;
  readonly onWarning?: ((warning: Warning) => void) | undefined;
  /** Called now and then with the regular files extracted so far and the bytes in them. */
  readonly onProgress?: ((files: number, bytes: number) => void) | undefined;
}

/** What was extracted. */
export interface ExtractStats {
  files: number;
  directories: number;
  symlinks: number;
  /** Devices, fifos and sockets. */
  specials: number;
  /** Names beyond the first of files with several. */
  hardLinks: number;
  /** In regular files, holes included. */
  bytes: number;
  errors: number;
  warnings: number;
}
