/** Where a fault was found, as far as it is known. */
export interface ErrorPlace {
  /** Node id of the inode concerned; see `METABOX_NID`. */
  readonly nid?: number | undefined;
  /** Path inside the image or on the host. */
  readonly path?: string | undefined;
  /** Byte offset; the message says of what. */
  readonly offset?: number | undefined;
  readonly cause?: unknown;
}

/** Any failure that this toolkit reports. `code` is an errno name, so that a file system can answer with it. */
export class ErofsError extends Error {
  readonly code: string;
  readonly nid: number | undefined;
  readonly path: string | undefined;
  readonly offset: number | undefined;

  constructor(code: string, message: string, place: ErrorPlace = {}) {
    super(message, place.cause === undefined ? undefined : { cause: place.cause });
    this.name = new.target.name;
    this.code = code;
    this.nid = place.nid;
    this.path = place.path;
    this.offset = place.offset;
  }
}

/** The image contradicts itself or the format: `EUCLEAN`, which Linux also calls `EFSCORRUPTED`. */
export class CorruptImage extends ErofsError {
  constructor(message: string, place?: ErrorPlace) {
    super("EUCLEAN", message, place);
  }
}

/** The image is well formed as far as known, but needs something that is not known or not supported: `EOPNOTSUPP`. */
export class UnsupportedFeature extends ErofsError {
  constructor(message: string, place?: ErrorPlace) {
    super("EOPNOTSUPP", message, place);
  }
}

/** A path that does not lead where it should: `ENOENT`, `ENOTDIR`, `ELOOP`, … */
export class PathError extends ErofsError {}

/** An image that cannot be built as asked: `EINVAL` unless the caller knows better. */
export class BuildError extends ErofsError {
  constructor(message: string, place?: ErrorPlace, code = "EINVAL") {
    super(code, message, place);
  }
}

/** A number as messages show it. */
export function hex(value: number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}
