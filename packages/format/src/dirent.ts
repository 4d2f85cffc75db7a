import { type ByteString, fromBytes, toText, writeBytes } from "./byte-string.ts";
import { MAX_NAME_LENGTH } from "./constants.ts";
import { BuildError, CorruptImage, hex } from "./errors.ts";
import type { FileType } from "./file-type.ts";
import { alignUp, load16, store16 } from "./little-endian.ts";
import { isNid, loadNid, nidOutOfRange, nidText, storeNid } from "./nid.ts";

/** One directory entry: `struct erofs_dirent` and its name. */
export interface Dirent {
  readonly name: ByteString;
  readonly nid: number;
  /** 0 where the image does not say: then only the inode knows. */
  readonly type: FileType | 0;
}

/** Bytes of `struct erofs_dirent`, to which the name's own bytes come. */
export const DIRENT_SIZE = 12;

/**
 * `i_size` of a directory.
 * @param names all entries, "." and ".." too, ascending
 */
export function directorySize(names: Iterable<ByteString>, blockSize: number): number {
  let closed = 0;
  let used = 0;
  for (const name of names) {
    const need = DIRENT_SIZE + name.length;
    if (used + need > blockSize) {
      closed += blockSize;
      used = 0;
    }
    used += need;
  }
  return closed + used;
}

/**
 * The content of a directory, `i_size` bytes: blocks filled greedily, closed ones zero-filled.
 * @param entries "." and ".." too, strictly ascending by name
 * @throws BuildError for entries out of order, or a name, NID or type that cannot be stored
 */
export function encodeDirectory(
  entries: readonly { readonly name: ByteString; readonly nid: number; readonly type: FileType }[],
  blockSize: number,
): Uint8Array {
  const content = new Uint8Array(directorySize(namesOf(entries), blockSize));
  let block = 0;
  let previous = "";
  for (let first = 0; first < entries.length;) {
    let end = first;
    for (let used = 0; end < entries.length; end++) {
      used += DIRENT_SIZE + entries[end]!.name.length;
      if (used > blockSize) break;
    }
    let nameOffset = (end - first) * DIRENT_SIZE;
    for (let i = first; i < end; i++) {
      const { name, nid, type } = entries[i]!;
      checkEntry(name, nid, type, previous);
      const at = block + (i - first) * DIRENT_SIZE;
      storeNid(content, at, nid);
      store16(content, at + 8, nameOffset);
      content[at + 10] = type;
      writeBytes(name, content, block + nameOffset);
      nameOffset += name.length;
      previous = name;
    }
    first = end;
    block += blockSize;
  }
  return content;
}

/** What a byte string may not hold to be a name. */
const notInNames = /[\0/\u0100-\uffff]/;

/** Where a directory block comes from, for its messages, and what stood before it. */
export interface DirectoryBlockPlace {
  readonly nid?: number;
  /** Byte offset of the block in the directory's content. */
  readonly offset?: number;
  /** The last name of the block before, which must sort before this block's first. */
  readonly previous?: ByteString;
}

/**
 * Reads one directory block: the bytes up to the block's end or the directory's, whichever comes first.
 * @throws CorruptImage for name offsets out of order or bounds, names that are no names, or names out of order
 */
export function decodeDirectoryBlock(block: Uint8Array, place: DirectoryBlockPlace = {}): Dirent[] {
  const namesStart = block.length < DIRENT_SIZE ? 0 : load16(block, 8);
  if (namesStart < DIRENT_SIZE || namesStart % DIRENT_SIZE !== 0 || namesStart >= block.length) {
    throw corrupt(
      place,
      0,
      `name offset ${namesStart}, expected a multiple of ${DIRENT_SIZE} below the block's ${block.length} bytes`,
    );
  }
  // One string for all names, cut by `slice`: far cheaper than a string built for each.
  const names = fromBytes(block.subarray(namesStart));
  const count = namesStart / DIRENT_SIZE;
  const nul = names.indexOf("\0", load16(block, namesStart - DIRENT_SIZE + 8) - namesStart);
  const namesEnd = nul < 0 ? block.length : namesStart + nul;
  checkCharacters(names, namesEnd - namesStart, place);

  const entries: Dirent[] = [];
  let previous = place.previous;
  let start = namesStart;
  for (let i = 0, at = 0; i < count; i++, at += DIRENT_SIZE) {
    const end = i + 1 < count ? load16(block, at + DIRENT_SIZE + 8) : namesEnd;
    const length = end - start;
    if (length < 1 || length > MAX_NAME_LENGTH || end > namesEnd) {
      throw corrupt(place, i, `name from ${start} to ${end} of ${block.length}, expected 1 to 255 bytes`);
    }
    const name = names.slice(start - namesStart, end - namesStart);
    if (previous !== undefined && !(previous < name)) {
      throw corrupt(place, i, `name "${toText(name)}" does not sort after "${toText(previous)}"`);
    }
    const nid = loadNid(block, at);
    if (nid === undefined) throw nidOutOfRange(block, at, direntAt(place, i), place);
    const type = block[at + 10]!;
    entries.push({
      name,
      nid,
      // What Linux does not know it takes for unknown, too.
      type: type > 7 ? 0 : (type as FileType | 0),
    });
    previous = name;
    start = end;
  }
  return entries;
}

/** Number of directory blocks in a directory of `size` bytes. */
export function directoryBlockCount(size: number, blockSize: number): number {
  return alignUp(size, blockSize) / blockSize;
}

function* namesOf(entries: readonly { readonly name: ByteString }[]): Generator<ByteString> {
  for (const entry of entries) yield entry.name;
}

function checkEntry(name: ByteString, nid: number, type: number, previous: ByteString): void {
  if (name.length < 1 || name.length > MAX_NAME_LENGTH) {
    throw new BuildError(`name "${toText(name)}" of ${name.length} bytes, expected 1 to ${MAX_NAME_LENGTH}`);
  }
  if (notInNames.test(name)) {
    throw new BuildError(`name "${toText(name)}" contains a slash, NUL, or what is no byte`);
  }
  if (!(previous < name)) {
    throw new BuildError(`name "${toText(name)}" does not sort after "${toText(previous)}"`);
  }
  if (!isNid(nid)) throw new BuildError(`NID ${nid} of "${toText(name)}"`);
  if (!(type >= 1 && type <= 7)) throw new BuildError(`file type ${type} of "${toText(name)}"`);
}

/** The names' area holds no slash, and no NUL before the end of the last name. */
function checkCharacters(names: string, end: number, place: DirectoryBlockPlace): void {
  const slash = names.indexOf("/");
  if (slash >= 0 && slash < end) throw corruptAt(place, "a name contains a slash");
  const nul = names.indexOf("\0");
  if (nul >= 0 && nul < end) throw corruptAt(place, "a name contains NUL");
}

function corrupt(place: DirectoryBlockPlace, index: number, message: string): CorruptImage {
  return new CorruptImage(`${direntAt(place, index)}: ${message}`, place);
}

function corruptAt(place: DirectoryBlockPlace, message: string): CorruptImage {
  return new CorruptImage(`directory block${whereOf(place)}: ${message}`, place);
}

function direntAt(place: DirectoryBlockPlace, index: number): string {
  return `dirent ${index}${whereOf(place)}`;
}

function whereOf(place: DirectoryBlockPlace): string {
  const offset = place.offset === undefined ? "" : ` of the block at offset ${hex(place.offset)}`;
  return place.nid === undefined ? offset : `${offset} of directory ${nidText(place.nid)}`;
}
