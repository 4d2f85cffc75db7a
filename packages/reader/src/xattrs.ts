import {
  type ByteString,
  decodeLongPrefixes,
  decodeXattrBody,
  decodeXattrEntry,
  decodeXattrEntryHeader,
  FeatureCompat,
  FeatureIncompat,
  type Inode,
  isHidden,
  joinName,
  type LongPrefix,
  MAX_LONG_PREFIX_RECORD_SIZE,
  mayHaveXattr,
  type XattrBody,
  xattrBodySize,
  type XattrEntry,
  XATTR_ENTRY_HEADER_SIZE,
} from "@erofs/format";
import type { ImageState } from "./image-state.ts";
import { metaboxInode, xattrOffset } from "./inode.ts";
import { METABOX, spaceOf } from "./metadata-space.ts";
import { packedInode } from "./packed-inode.ts";
import { read } from "./read.ts";
import type { Reading } from "./reading.ts";

/** An extended attribute: its whole name ("user.a") and its value. */
export interface Xattr {
  readonly name: ByteString;
  readonly value: Uint8Array;
}

/** Shared attributes with longer values are not kept. */
const MAX_KEPT_VALUE = 4096;

/**
 * The attributes of an inode as Linux lists them: inline ones first, then shared ones; without hidden ones and those
 * whose prefix means nothing.
 * @throws CorruptImage
 */
export function* xattrs(image: ImageState, node: Inode): Reading<Xattr[]> {
  const found: Xattr[] = [];
  if (node.xattrIcount === 0) return found;
  const body = yield* xattrBody(image, node);
  const prefixes = yield* longPrefixes(image);
  for (const entry of body.inline) addVisible(found, entry, prefixes);
  for (const id of body.sharedIds) addVisible(found, yield* sharedXattr(image, node, id), prefixes);
  return found;
}

/** The value of one attribute, or undefined. @throws CorruptImage */
export function* xattr(image: ImageState, node: Inode, name: ByteString): Reading<Uint8Array | undefined> {
  if (node.xattrIcount === 0) return undefined;
  const body = yield* xattrBody(image, node);
  if (hasNameFilters(image) && body.filter !== 0 && !mayHaveXattr(body.filter, name)) return undefined;
  const prefixes = yield* longPrefixes(image);
  const matches = (entry: XattrEntry) =>
    !isHidden(entry.index, prefixes) && joinName(entry.index, entry.rest, prefixes) === name;
  const inline = body.inline.find(matches);
  if (inline !== undefined) return new Uint8Array(inline.value);
  for (const id of body.sharedIds) {
    const entry = yield* sharedXattr(image, node, id);
    if (matches(entry)) return new Uint8Array(entry.value);
  }
  return undefined;
}

/** Whether the name filters of this image's inodes mean something. */
export function hasNameFilters(image: ImageState): boolean {
  const { featureCompat, xattrFilterReserved } = image.superblock;
  return (featureCompat & FeatureCompat.xattrFilter) !== 0 && xattrFilterReserved === 0;
}

/** The xattr body of an inode that has one. Its values are views, not to be modified. */
export function* xattrBody(image: ImageState, node: Inode): Reading<XattrBody> {
  const offset = xattrOffset(image, node);
  const length = xattrBodySize(node.xattrIcount);
  const space = spaceOf(node.nid);
  const bytes = image.cache.peek(space, offset, length) ?? (yield* image.cache.read(space, offset, length));
  return decodeXattrBody(bytes, { nid: node.nid, offset });
}

/** A shared entry. Its value may be a view, not to be modified. */
export function* sharedXattr(image: ImageState, node: Inode, id: number): Reading<XattrEntry> {
  const known = image.sharedXattrs.get(id);
  if (known !== undefined) return known;
  const offset = image.superblock.xattrBlock * image.blockSize + 4 * id;
  const inMetabox = (image.superblock.featureCompat & FeatureCompat.sharedXattrsInMetabox) !== 0;
  if (inMetabox) yield* metaboxInode(image);
  const space = inMetabox ? METABOX : 0;
  const header = decodeXattrEntryHeader(yield* image.cache.read(space, offset, XATTR_ENTRY_HEADER_SIZE));
  const length = XATTR_ENTRY_HEADER_SIZE + header.nameLength + header.valueSize;
  const entry = decodeXattrEntry(yield* image.cache.read(space, offset, length), 0, {
    nid: node.nid,
    offset,
  });
  if (entry.value.length > MAX_KEPT_VALUE) return entry;
  const kept = { ...entry, value: new Uint8Array(entry.value) };
  image.sharedXattrs.set(id, kept);
  return kept;
}

/** The image's long name prefixes, read when first needed. */
export function* longPrefixes(image: ImageState): Reading<readonly LongPrefix[]> {
  return (image.xattrPrefixes ??= yield* readLongPrefixes(image));
}

function* readLongPrefixes(image: ImageState): Reading<readonly LongPrefix[]> {
  const { featureCompat, featureIncompat, xattrPrefixCount, xattrPrefixStart, packedNid } = image.superblock;
  if ((featureIncompat & FeatureIncompat.xattrPrefixes) === 0 || xattrPrefixCount === 0) return [];
  const start = 4 * xattrPrefixStart;
  const limit = xattrPrefixCount * MAX_LONG_PREFIX_RECORD_SIZE;
  const plain = (featureCompat & FeatureCompat.plainXattrPrefixes) !== 0;
  let bytes: Uint8Array;
  if (!plain && (featureIncompat & FeatureIncompat.metabox) !== 0) {
    bytes = yield* read(image, yield* metaboxInode(image), start, limit);
  } else if (!plain && (featureIncompat & FeatureIncompat.fragments) !== 0 && packedNid !== 0) {
    bytes = yield* read(image, yield* packedInode(image), start, limit);
  } else {
    const size = image.devices.sizes[0] as number;
    bytes = yield* image.cache.read(0, start, Math.max(0, Math.min(limit, size - start)));
  }
  return decodeLongPrefixes(bytes, xattrPrefixCount, { offset: start });
}

function addVisible(list: Xattr[], entry: XattrEntry, prefixes: readonly LongPrefix[]): void {
  if (isHidden(entry.index, prefixes)) return;
  const name = joinName(entry.index, entry.rest, prefixes);
  if (name !== undefined && name !== "") list.push({ name, value: new Uint8Array(entry.value) });
}
