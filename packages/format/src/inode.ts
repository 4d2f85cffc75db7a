import { BLOCK_NUMBER_LIMIT, DataLayout, NULL_BLOCK } from "./constants.ts";
import { BuildError, CorruptImage, hex, UnsupportedFeature } from "./errors.ts";
import { FileType, typeOfMode } from "./file-type.ts";
import { load16, load32, load64, loadSigned64, store16, store32, store64 } from "./little-endian.ts";
import { inodeOffset, type Superblock } from "./superblock.ts";
import { nidText } from "./nid.ts";

/** `struct erofs_inode_compact` or `erofs_inode_extended`, its unions taken apart. Fields that do not apply are 0. */
export interface Inode {
  /** Node id; `decodeInode` is told it, `encodeInode` names it in errors. */
  readonly nid: number;
  /** Which of the two forms: 64 bytes, or 32. */
  readonly extended: boolean;
  readonly layout: DataLayout;
  /** Directories: "." is not stored. */
  readonly dotOmitted: boolean;
  /** `i_xattr_icount`: the size code of the xattr body, see `xattrBodySize`. */
  readonly xattrIcount: number;
  /** `st_mode`, type bits included. */
  readonly mode: number;
  readonly nlink: number;
  /** Bytes of content. */
  readonly size: number;
  /** Flat layouts of files, directories and symlinks: first block, or `NULL_BLOCK`. */
  readonly startBlock: number;
  /** Compressed layouts: blocks of stored data, for `st_blocks`. */
  readonly blockCount: number;
  /** Chunk-based layout: see `ChunkFormat`. */
  readonly chunkFormat: number;
  /** Device nodes: see `decodeDevice`. */
  readonly rdev: number;
  /** `i_ino`: a serial number without use to readers. */
  readonly ino: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970, may be negative. */
  readonly mtime: number;
  readonly mtimeNsec: number;
}

/** What of a superblock encoding an inode needs: the time that compact inodes count from. */
export type TimeBase = Pick<Superblock, "epoch" | "fixedNsec">;

const COMPACT_SIZE = 32;
const EXTENDED_SIZE = 64;

/** `EROFS_I_NLINK_1_BIT` on a compact inode that is no directory, `EROFS_I_DOT_OMITTED_BIT` on a directory. */
const FORMAT_BIT_4 = 0x10;
const FORMAT_KNOWN = 0x1f;
const CHUNK_FORMAT_KNOWN = 0x7f;
const HIGH_UNIT = 0x1_0000_0000;

/** Bytes of an inode, from its first u16 (`i_format`). */
export function inodeSizeOf(formatField: number): 32 | 64 {
  return (formatField & 1) === 0 ? COMPACT_SIZE : EXTENDED_SIZE;
}

/**
 * Reads the inode at `at` of `bytes`, which hold at least 32 bytes from there, or 64 if it is an extended one.
 * @throws CorruptImage, UnsupportedFeature
 */
export function decodeInode(
  bytes: Uint8Array,
  nid: number,
  superblock: Pick<Superblock, "epoch" | "fixedNsec" | "metaBlock" | "blockSizeBits">,
  at = 0,
): Inode {
  const room = bytes.length - at;
  if (room < COMPACT_SIZE) throw truncated(room, COMPACT_SIZE, nid, superblock);
  const format = load16(bytes, at);
  const layout = (format >> 1) & 7;
  if (format > FORMAT_KNOWN || layout > DataLayout.chunkBased) {
    throw new UnsupportedFeature(
      format > FORMAT_KNOWN
        ? `inode ${nidText(nid)}: unknown bits ${hex(format & ~FORMAT_KNOWN)} in its format ${hex(format)}`
        : `inode ${nidText(nid)}: data layout ${layout}, expected 0 to ${DataLayout.chunkBased}`,
      { nid, offset: inodeOffset(superblock, nid) },
    );
  }
  const mode = load16(bytes, at + 4);
  const type = typeOfMode(mode);
  if (type === undefined) {
    throw corrupt(`mode ${hex(mode)} has no known file type`, nid, superblock);
  }

  const bit4 = (format & FORMAT_BIT_4) !== 0;
  const union = load32(bytes, at + 0x10);
  const nb = load16(bytes, at + 6);
  let size: number;
  let nlink: number;
  let uid: number;
  let gid: number;
  let mtime: number;
  let mtimeNsec: number;
  let wide: boolean;
  const extended = (format & 1) !== 0;
  if (extended) {
    if (room < EXTENDED_SIZE) throw truncated(room, EXTENDED_SIZE, nid, superblock);
    wide = true;
    size = load64(bytes, at + 8);
    uid = load32(bytes, at + 0x18);
    gid = load32(bytes, at + 0x1c);
    mtime = loadSigned64(bytes, at + 0x20);
    mtimeNsec = load32(bytes, at + 0x28);
    nlink = load32(bytes, at + 0x2c);
    if (!Number.isSafeInteger(size)) throw corrupt(`size ${hex(size)} is out of range`, nid, superblock);
    if (!Number.isSafeInteger(mtime)) throw corrupt(`mtime ${mtime} is out of range`, nid, superblock);
    if (mtimeNsec > 999_999_999) {
      throw corrupt(`mtime of ${mtimeNsec} nanoseconds, expected below a second`, nid, superblock);
    }
  } else {
    wide = bit4 && type !== FileType.directory;
    size = load32(bytes, at + 8);
    uid = load16(bytes, at + 0x18);
    gid = load16(bytes, at + 0x1a);
    mtime = superblock.epoch + load32(bytes, at + 0x0c);
    mtimeNsec = superblock.fixedNsec;
    nlink = wide ? 1 : nb;
  }

  const high = wide ? nb : 0;
  let startBlock = 0;
  let blockCount = 0;
  let chunkFormat = 0;
  let rdev = 0;
  if (type === FileType.characterDevice || type === FileType.blockDevice) {
    rdev = union;
  } else if (type === FileType.regular || type === FileType.directory || type === FileType.symlink) {
    if (layout === DataLayout.flatPlain || layout === DataLayout.flatInline) {
      startBlock =
        union === NULL_BLOCK ? nullOr(high, wide, layout, size, nid, superblock) : union + high * HIGH_UNIT;
    } else if (layout === DataLayout.chunkBased) {
      chunkFormat = union & 0xffff;
      if (chunkFormat > CHUNK_FORMAT_KNOWN) {
        throw new UnsupportedFeature(
          `inode ${nidText(nid)}: unknown bits ${hex(chunkFormat & ~CHUNK_FORMAT_KNOWN)} in its chunk format`,
          { nid, offset: inodeOffset(superblock, nid) },
        );
      }
    } else {
      blockCount = union + high * HIGH_UNIT;
    }
  }

  return {
    nid,
    extended,
    layout: layout as DataLayout,
    dotOmitted: bit4 && type === FileType.directory,
    xattrIcount: load16(bytes, at + 2),
    mode,
    nlink,
    size,
    startBlock,
    blockCount,
    chunkFormat,
    rdev,
    ino: load32(bytes, at + 0x14),
    uid,
    gid,
    mtime,
    mtimeNsec,
  };
}

/**
 * Whether the compact form can hold an inode without loss. Nanoseconds count: they must be the image's
 * `fixedNsec`, so whoever wants to drop them sets them to that first.
 */
export function fitsCompact(inode: Omit<Inode, "extended" | "nid">, base: TimeBase): boolean {
  return compactObstacle(inode, base) === undefined;
}

/**
 * Writes an inode in the form that `inode.extended` says, 32 or 64 bytes at `offset` of `target`.
 * A compact inode with a start block or block count above 32 bits takes the form that implies one link.
 * @throws BuildError naming the field that does not fit
 */
export function encodeInode(inode: Inode, base: TimeBase, target: Uint8Array, offset: number): void {
  const type = typeOfMode(inode.mode);
  if (type === undefined || inode.mode > 0xffff) throw unfit(inode, `mode ${hex(inode.mode)}`);
  const isDirectory = type === FileType.directory;
  if (inode.dotOmitted && !isDirectory) throw unfit(inode, "an omitted dot entry on a non-directory");
  if (inode.xattrIcount > 0xffff) throw unfit(inode, `xattr count ${inode.xattrIcount}`);
  const { low, high } = unionOf(inode, type);

  let format = (inode.extended ? 1 : 0) | (inode.layout << 1);
  if (inode.extended) {
    if (!Number.isSafeInteger(inode.size) || inode.size < 0) throw unfit(inode, `size ${inode.size}`);
    if (!fits32(inode.uid)) throw unfit(inode, `uid ${inode.uid}`);
    if (!fits32(inode.gid)) throw unfit(inode, `gid ${inode.gid}`);
    if (!fits32(inode.nlink)) throw unfit(inode, `link count ${inode.nlink}`);
    if (!Number.isSafeInteger(inode.mtime)) throw unfit(inode, `mtime ${inode.mtime}`);
    if (!(inode.mtimeNsec >= 0 && inode.mtimeNsec <= 999_999_999)) {
      throw unfit(inode, `mtime of ${inode.mtimeNsec} nanoseconds`);
    }
    if (inode.dotOmitted) format |= FORMAT_BIT_4;
    store16(target, offset + 6, high);
    store64(target, offset + 8, inode.size);
    store32(target, offset + 0x18, inode.uid);
    store32(target, offset + 0x1c, inode.gid);
    store64(target, offset + 0x20, inode.mtime);
    store32(target, offset + 0x28, inode.mtimeNsec);
    store32(target, offset + 0x2c, inode.nlink);
    target.fill(0, offset + 0x30, offset + EXTENDED_SIZE);
  } else {
    const obstacle = compactObstacle(inode, base);
    if (obstacle !== undefined) throw unfit(inode, obstacle);
    if (inode.dotOmitted || high !== 0) format |= FORMAT_BIT_4;
    store16(target, offset + 6, high === 0 ? inode.nlink : high);
    store32(target, offset + 8, inode.size);
    store32(target, offset + 0x0c, inode.mtime - base.epoch);
    store16(target, offset + 0x18, inode.uid);
    store16(target, offset + 0x1a, inode.gid);
    target.fill(0, offset + 0x1c, offset + COMPACT_SIZE);
  }
  store16(target, offset, format);
  store16(target, offset + 2, inode.xattrIcount);
  store16(target, offset + 4, inode.mode);
  store32(target, offset + 0x10, low);
  store32(target, offset + 0x14, inode.ino);
}

/** What `i_u` and its high half hold; the high half of a compact inode is 0 where `i_nb` is the link count. */
function unionOf(inode: Inode, type: FileType): { low: number; high: number } {
  if (type === FileType.characterDevice || type === FileType.blockDevice) return { low: inode.rdev, high: 0 };
  if (type === FileType.fifo || type === FileType.socket) return { low: 0, high: 0 };
  switch (inode.layout) {
    case DataLayout.chunkBased:
      if (inode.chunkFormat > CHUNK_FORMAT_KNOWN)
        throw unfit(inode, `chunk format ${hex(inode.chunkFormat)}`);
      return { low: inode.chunkFormat, high: 0 };
    case DataLayout.flatPlain:
    case DataLayout.flatInline:
      if (inode.startBlock === NULL_BLOCK) {
        // An extended inode compares 48 bits. Where the block has no meaning, mkfs.erofs leaves the high half 0.
        return {
          low: NULL_BLOCK,
          high: inode.extended && inode.layout === DataLayout.flatPlain ? 0xffff : 0,
        };
      }
      return split(inode, "start block", inode.startBlock);
    default:
      return split(inode, "block count", inode.blockCount);
  }
}

function split(inode: Inode, what: string, value: number): { low: number; high: number } {
  if (!(Number.isSafeInteger(value) && value >= 0 && value < BLOCK_NUMBER_LIMIT)) {
    throw unfit(inode, `${what} ${value}`);
  }
  return { low: value % HIGH_UNIT, high: Math.floor(value / HIGH_UNIT) };
}

/** The first reason why the compact form cannot hold an inode. */
function compactObstacle(inode: Omit<Inode, "extended" | "nid">, base: TimeBase): string | undefined {
  if (!fits32(inode.size)) return `size ${inode.size}`;
  if (!fits16(inode.uid)) return `uid ${inode.uid}`;
  if (!fits16(inode.gid)) return `gid ${inode.gid}`;
  if (!fits16(inode.nlink)) return `link count ${inode.nlink}`;
  if (!fits32(inode.mtime - base.epoch)) return `mtime ${inode.mtime} with epoch ${base.epoch}`;
  if (inode.mtimeNsec !== base.fixedNsec) return `mtime of ${inode.mtimeNsec} nanoseconds`;
  const wide = inode.startBlock > 0xffffffff || inode.blockCount > 0xffffffff;
  if (wide && (inode.nlink !== 1 || typeOfMode(inode.mode) === FileType.directory)) {
    return `a 48-bit block number with link count ${inode.nlink}`;
  }
  return undefined;
}

/** Whether 32 ones are the null block. In the 48-bit forms they are so only with a high half of ones. */
function nullOr(
  high: number,
  wide: boolean,
  layout: number,
  size: number,
  nid: number,
  superblock: Pick<Superblock, "metaBlock" | "blockSizeBits">,
): number {
  const unused = layout === DataLayout.flatInline && size <= 2 ** superblock.blockSizeBits;
  if (!wide || high === 0xffff || unused || size === 0) return NULL_BLOCK;
  if (high !== 0) return NULL_BLOCK + high * HIGH_UNIT;
  // The one block number that cannot be told from NULL_BLOCK.
  throw new UnsupportedFeature(`inode ${nidText(nid)}: start block ${hex(NULL_BLOCK)}`, {
    nid,
    offset: inodeOffset(superblock, nid),
  });
}

function fits16(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffff;
}

function fits32(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
}

function unfit(inode: Pick<Inode, "nid" | "extended">, what: string): BuildError {
  const form = inode.extended ? "an extended" : "a compact";
  return new BuildError(`inode ${nidText(inode.nid)}: ${what} does not fit ${form} inode`, {
    nid: inode.nid,
  });
}

type Position = Pick<Superblock, "metaBlock" | "blockSizeBits">;

function corrupt(message: string, nid: number, position: Position): CorruptImage {
  return new CorruptImage(`inode ${nidText(nid)}: ${message}`, { nid, offset: inodeOffset(position, nid) });
}

function truncated(found: number, expected: number, nid: number, position: Position): CorruptImage {
  return corrupt(`${found} bytes up to the end of the image, expected ${expected}`, nid, position);
}
