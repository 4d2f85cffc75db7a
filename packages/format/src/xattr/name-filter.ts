import { xxh32 } from "@erofs/core";
import { type ByteString, bytesOf } from "../byte-string.ts";
import { splitName, XattrIndex } from "./name.ts";

/** `EROFS_XATTR_FILTER_SEED`. */
const SEED = 0x25bbe08f;

/** The filter of an inode without attributes: no bit cleared. */
export const EMPTY_NAME_FILTER = 0xffffffff;

/**
 * Which bit of `h_name_filter` stands for an attribute, 0–31. Goes by the short prefix, also where the entry
 * uses a long one.
 */
export function nameFilterBit(name: ByteString): number {
  const { index, rest } = splitName(name) ?? { index: XattrIndex.hidden, rest: name };
  return xxh32(bytesOf(rest), (SEED + index) >>> 0) & 31;
}

/** `h_name_filter` of an inode with these attributes, inline and shared ones: their bits are 0. */
export function nameFilter(names: Iterable<ByteString>): number {
  let filter = EMPTY_NAME_FILTER;
  for (const name of names) filter &= ~(1 << nameFilterBit(name));
  return filter >>> 0;
}

/** Whether an inode with this filter may have the attribute; false is certain, and so is nothing else. */
export function mayHaveXattr(filter: number, name: ByteString): boolean {
  return ((filter >>> nameFilterBit(name)) & 1) === 0;
}
