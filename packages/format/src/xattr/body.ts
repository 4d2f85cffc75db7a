import { BuildError, CorruptImage, type ErrorPlace, hex } from "../errors.ts";
import { load32, store32 } from "../little-endian.ts";
import { decodeXattrEntry, encodeXattrEntry, type XattrEntry, xattrEntrySize } from "./entry.ts";
import { nidText } from "../nid.ts";

/** `struct erofs_xattr_ibody_header` and what follows it: all attributes of an inode. */
export interface XattrBody {
  /** `h_name_filter`, see `nameFilter`; 0 filters nothing. */
  readonly filter: number;
  /** Each stands for the entry at `xattrBlock` × block size + 4 × id; at most 255. */
  readonly sharedIds: readonly number[];
  readonly inline: readonly XattrEntry[];
}

/** Bytes of `struct erofs_xattr_ibody_header`. */
export const XATTR_BODY_HEADER_SIZE = 12;
export const MAX_SHARED_XATTRS = 255;

/** Bytes of the body that `i_xattr_icount` stands for. */
export function xattrBodySize(icount: number): number {
  return icount === 0 ? 0 : XATTR_BODY_HEADER_SIZE + 4 * (icount - 1);
}

/**
 * `i_xattr_icount` of a body of `size` bytes.
 * @throws BuildError if it has none: not a multiple of 4, or above 262148
 */
export function xattrIcount(size: number): number {
  if (size === 0) return 0;
  const icount = (size - XATTR_BODY_HEADER_SIZE) / 4 + 1;
  if (Number.isInteger(icount) && icount >= 2 && icount <= 0xffff) return icount;
  throw new BuildError(`${size} bytes of xattrs on one inode, expected at most ${xattrBodySize(0xffff)}`);
}

/**
 * Writes a body; no bytes at all for no attributes.
 * @throws BuildError for more than 255 shared ids, or a body or an entry above its limits
 */
export function encodeXattrBody(body: XattrBody): Uint8Array {
  const { filter, sharedIds, inline } = body;
  if (sharedIds.length > MAX_SHARED_XATTRS) {
    throw new BuildError(
      `${sharedIds.length} shared xattrs on one inode, expected at most ${MAX_SHARED_XATTRS}`,
    );
  }
  if (sharedIds.length === 0 && inline.length === 0) return new Uint8Array(0);
  let size = XATTR_BODY_HEADER_SIZE + 4 * sharedIds.length;
  for (const { rest, value } of inline) size += xattrEntrySize(rest.length, value.length);
  xattrIcount(size);

  const bytes = new Uint8Array(size);
  store32(bytes, 0, filter);
  bytes[4] = sharedIds.length;
  let offset = XATTR_BODY_HEADER_SIZE;
  for (const id of sharedIds) {
    if (!(Number.isInteger(id) && id >= 0 && id <= 0xffffffff)) throw new BuildError(`shared xattr id ${id}`);
    store32(bytes, offset, id);
    offset += 4;
  }
  for (const entry of inline) offset += encodeXattrEntry(entry, bytes, offset);
  return bytes;
}

/**
 * Reads a whole body. Values are views into `bytes`. Empty entries, which fill reserved space, are left out.
 * @param bytes `xattrBodySize` bytes
 * @param place for messages; its offset is that of `bytes`
 * @throws CorruptImage
 */
export function decodeXattrBody(bytes: Uint8Array, place: ErrorPlace = {}): XattrBody {
  if (bytes.length <= XATTR_BODY_HEADER_SIZE) {
    throw corrupt(place, `${bytes.length} bytes, expected more than ${XATTR_BODY_HEADER_SIZE}`);
  }
  const sharedCount = bytes[4]!;
  let offset = XATTR_BODY_HEADER_SIZE + 4 * sharedCount;
  if (offset > bytes.length) {
    throw corrupt(place, `${sharedCount} shared ids need ${offset} bytes of ${bytes.length}`);
  }
  const sharedIds: number[] = [];
  for (let at = XATTR_BODY_HEADER_SIZE; at < offset; at += 4) sharedIds.push(load32(bytes, at));
  const inline: XattrEntry[] = [];
  while (offset < bytes.length) {
    const entry = decodeXattrEntry(bytes, offset, place);
    offset += xattrEntrySize(entry.rest.length, entry.value.length);
    const empty = entry.index === 0 && entry.rest.length === 0 && entry.value.length === 0;
    if (!empty) inline.push(entry);
  }
  return { filter: load32(bytes, 0), sharedIds, inline };
}

function corrupt(place: ErrorPlace, message: string): CorruptImage {
  const owner = place.nid === undefined ? "" : ` of inode ${nidText(place.nid)}`;
  const at = place.offset === undefined ? "" : ` at offset ${hex(place.offset)}`;
  return new CorruptImage(`xattr body${owner}${at}: ${message}`, place);
}
