import {
  type ByteString,
  CorruptImage,
  decodeDirectoryBlock,
  type Dirent,
  type Inode,
  loadNid,
  MAX_NAME_LENGTH,
  nidText,
  PathError,
  toText,
} from "@erofs/format";
import { mapOf } from "./extents/file-map.ts";
import type { ImageState } from "./image-state.ts";
import { readInode, requireDirectory } from "./inode.ts";
import { readInto } from "./read.ts";
import type { Reading } from "./reading.ts";

const DIRENT_SIZE = 12;

/** How a name compares with one in a block. */
type Order = -1 | 0 | 1;

/** The valid bytes of one block of a directory. Not to be modified. */
export function* directoryBlock(image: ImageState, dir: Inode, index: number): Reading<Uint8Array> {
  const offset = index * image.blockSize;
  const length = Math.min(image.blockSize, dir.size - offset);
  const map = yield* mapOf(image, dir);
  const extent = map.find(offset) ?? (yield* map.load(offset));
  if (
    (extent.kind === "data" || extent.kind === "inline") &&
    offset + length <= extent.logical + extent.length
  ) {
    const place = extent.physical + offset - extent.logical;
    const { device } = extent;
    return image.cache.peek(device, place, length) ?? (yield* image.cache.read(device, place, length));
  }
  const block = new Uint8Array(length);
  yield* readInto(image, dir, offset, block);
  return block;
}

/** The entries of a directory, ".", ".." included where they are stored, in byte order. */
export function* readdir(image: ImageState, dir: Inode): Reading<Dirent[]> {
  requireDirectory(dir);
  let entries: Dirent[] = [];
  const blocks = Math.ceil(dir.size / image.blockSize);
  for (let index = 0; index < blocks; index++) {
    const block = yield* directoryBlock(image, dir, index);
    const previous = entries.at(-1)?.name;
    const offset = index * image.blockSize;
    const place = previous === undefined ? { nid: dir.nid, offset } : { nid: dir.nid, offset, previous };
    const decoded = decodeDirectoryBlock(block, place);
    if (index === 0) entries = decoded;
    else for (const entry of decoded) entries.push(entry);
  }
  return entries;
}

/**
 * The entries in one block of a directory, `blockSize` bytes of its content, for those who list it piece by piece; none
 * behind its end. Whether their names sort after those of the block before is not looked at.
 */
export function* readdirBlock(image: ImageState, dir: Inode, index: number): Reading<Dirent[]> {
  requireDirectory(dir);
  const offset = index * image.blockSize;
  if (!(offset >= 0 && offset < dir.size)) return [];
  return decodeDirectoryBlock(yield* directoryBlock(image, dir, index), { nid: dir.nid, offset });
}

/** The inode under a name, or undefined. "." is the directory itself, also where it is not stored. */
export function* child(image: ImageState, dir: Inode, name: ByteString): Reading<Inode | undefined> {
  const nid = yield* childNid(image, dir, name);
  return nid === undefined ? undefined : yield* readInode(image, nid);
}

/**
 * The NID under a name, by two bisections as the kernel does: over the blocks by their first names, then in the block.
 * @throws PathError ENAMETOOLONG, ErofsError ENOTDIR, CorruptImage
 */
export function* childNid(image: ImageState, dir: Inode, name: ByteString): Reading<number | undefined> {
  requireDirectory(dir);
  if (name === ".") return dir.nid;
  if (name.length > MAX_NAME_LENGTH) {
    throw new PathError("ENAMETOOLONG", `name of ${name.length} bytes: ${toText(name.slice(0, 32))}…`);
  }
  let low = 0;
  let high = Math.ceil(dir.size / image.blockSize) - 1;
  let candidate: Uint8Array | undefined;
  while (low <= high) {
    const middle = low + Math.floor((high - low) / 2);
    const block = yield* directoryBlock(image, dir, middle);
    const order = compareEntry(block, 0, name, dir);
    if (order === 0) return nidAt(block, 0, dir);
    if (order > 0) {
      candidate = block;
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return candidate === undefined ? undefined : searchBlock(candidate, name, dir);
}

/** The NID of a name that sorts after the first one of the block. */
function searchBlock(block: Uint8Array, name: ByteString, dir: Inode): number | undefined {
  let low = 1;
  let high = entryCount(block, dir) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compareEntry(block, middle, name, dir);
    if (order === 0) return nidAt(block, middle, dir);
    if (order > 0) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

function entryCount(block: Uint8Array, dir: Inode): number {
  const first = block.length < DIRENT_SIZE ? 0 : nameOffset(block, 0);
  if (first < DIRENT_SIZE || first % DIRENT_SIZE !== 0 || first >= block.length) {
    throw damaged(dir, 0, `name offset ${first}`);
  }
  return first / DIRENT_SIZE;
}

/** Compares `name` with that of an entry, byte by byte in place. */
function compareEntry(block: Uint8Array, index: number, name: ByteString, dir: Inode): Order {
  const count = entryCount(block, dir);
  const start = nameOffset(block, index);
  const end = index + 1 < count ? nameOffset(block, index + 1) : block.length;
  if (start < count * DIRENT_SIZE || end <= start || end > block.length) {
    throw damaged(dir, index, `name from ${start} to ${end} of ${block.length}`);
  }
  for (let i = 0; i < name.length; i++) {
    // The last name of a block may be followed by zeros, which end it: then `name` is the longer one.
    const found = start + i < end ? (block[start + i] as number) || -1 : -1;
    const difference = name.charCodeAt(i) - found;
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  const next = start + name.length;
  return next < end && block[next] !== 0 ? -1 : 0;
}

function nameOffset(block: Uint8Array, index: number): number {
  const at = index * DIRENT_SIZE + 8;
  return (block[at] as number) | ((block[at + 1] as number) << 8);
}

function nidAt(block: Uint8Array, index: number, dir: Inode): number {
  const nid = loadNid(block, index * DIRENT_SIZE);
  if (nid === undefined) throw damaged(dir, index, "NID is out of range");
  return nid;
}

function damaged(dir: Inode, index: number, message: string): CorruptImage {
  return new CorruptImage(`dirent ${index} of directory ${nidText(dir.nid)}: ${message}`, { nid: dir.nid });
}
