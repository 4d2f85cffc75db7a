import { type ByteString, fromBytes, writeBytes } from "../byte-string.ts";
import { BuildError, CorruptImage, type ErrorPlace, hex } from "../errors.ts";
import { alignUp, load16, store16 } from "../little-endian.ts";
import { type SplitName, XattrIndex } from "./name.ts";
import { nidText } from "../nid.ts";

/** `struct erofs_xattr_entry` with its name and value. */
export interface XattrEntry extends SplitName {
  readonly value: Uint8Array;
}

/** Bytes of `struct erofs_xattr_entry`. */
export const XATTR_ENTRY_HEADER_SIZE = 4;

/** What the fixed part of an entry says of the rest. */
export interface XattrEntryHeader {
  readonly index: number;
  readonly nameLength: number;
  readonly valueSize: number;
  /** Bytes of the whole entry with its padding. */
  readonly size: number;
}

/** Bytes of an entry: header, name, value, and padding to 4. */
export function xattrEntrySize(restLength: number, valueSize: number): number {
  return alignUp(XATTR_ENTRY_HEADER_SIZE + restLength + valueSize, 4);
}

/**
 * Writes an entry at `offset` of `target` with its padding.
 * @returns its size
 * @throws BuildError for a name above 255 bytes or a value above 65535
 */
export function encodeXattrEntry(entry: XattrEntry, target: Uint8Array, offset: number): number {
  const { index, rest, value } = entry;
  if (rest.length > 0xff || value.length > 0xffff) {
    throw new BuildError(
      `xattr with ${rest.length} bytes of name and ${value.length} of value, expected at most 255 and 65535`,
    );
  }
  const size = xattrEntrySize(rest.length, value.length);
  const valueOffset = offset + XATTR_ENTRY_HEADER_SIZE + rest.length;
  target[offset] = rest.length;
  target[offset + 1] = index;
  store16(target, offset + 2, value.length);
  writeBytes(rest, target, offset + XATTR_ENTRY_HEADER_SIZE);
  target.set(value, valueOffset);
  target.fill(0, valueOffset + value.length, offset + size);
  return size;
}

/** Reads the 4 bytes at `offset`, so that a caller knows how many more the entry takes. */
export function decodeXattrEntryHeader(bytes: Uint8Array, offset = 0): XattrEntryHeader {
  const nameLength = bytes[offset]!;
  const valueSize = load16(bytes, offset + 2);
  return { index: bytes[offset + 1]!, nameLength, valueSize, size: xattrEntrySize(nameLength, valueSize) };
}

/**
 * Reads the entry at `offset` of `bytes`. The value is a view into `bytes`.
 * @param place for messages; its offset is that of `bytes` itself
 * @throws CorruptImage if it does not end inside `bytes`, or its name cannot be one
 */
export function decodeXattrEntry(bytes: Uint8Array, offset = 0, place: ErrorPlace = {}): XattrEntry {
  const left = bytes.length - offset;
  if (left < XATTR_ENTRY_HEADER_SIZE) throw corrupt(place, offset, `${left} bytes left, expected at least 4`);
  const { index, nameLength, valueSize } = decodeXattrEntryHeader(bytes, offset);
  const nameOffset = offset + XATTR_ENTRY_HEADER_SIZE;
  const valueOffset = nameOffset + nameLength;
  const end = valueOffset + valueSize;
  if (end > bytes.length)
    throw corrupt(place, offset, `${end - offset} bytes long, expected at most ${left}`);
  if (nameLength !== 0 && (index === XattrIndex.aclAccess || index === XattrIndex.aclDefault)) {
    throw corrupt(place, offset, `an ACL with ${nameLength} bytes of name, expected 0`);
  }
  const rest: ByteString = fromBytes(bytes.subarray(nameOffset, valueOffset));
  if (rest.includes("\0")) throw corrupt(place, offset, "the name contains NUL");
  return { index, rest, value: bytes.subarray(valueOffset, end) };
}

function corrupt(place: ErrorPlace, offset: number, message: string): CorruptImage {
  const at = (place.offset ?? 0) + offset;
  const owner = place.nid === undefined ? "" : ` of inode ${nidText(place.nid)}`;
  return new CorruptImage(`xattr entry at offset ${hex(at)}${owner}: ${message}`, { ...place, offset: at });
}
