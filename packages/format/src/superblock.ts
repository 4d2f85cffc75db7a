import { crc32c } from "@erofs/core";
import { type ByteString, fromBytes, writeBytes } from "./byte-string.ts";
import {
  Algorithm,
  BLOCK_NUMBER_LIMIT,
  FeatureIncompat,
  MAX_BLOCK_SIZE_BITS,
  MIN_BLOCK_SIZE_BITS,
  SUPERBLOCK_MAGIC,
  SUPERBLOCK_OFFSET,
  SUPERBLOCK_SIZE,
  SUPERBLOCK_SLOT_SIZE,
} from "./constants.ts";
import { BuildError, CorruptImage, hex, UnsupportedFeature } from "./errors.ts";
import { KNOWN_INCOMPAT, requireSupported } from "./features.ts";
import { load16, load32, load64, loadSigned64, store16, store32, store64 } from "./little-endian.ts";
import { isMetaboxNid, loadNid, METABOX_NID, nidOutOfRange, nidText, slotOffset, storeNid } from "./nid.ts";

/** `struct erofs_super_block`, its split fields joined. Times in seconds since 1970. */
export interface Superblock {
  /** `checksum` as stored; means something only with `FeatureCompat.superblockChecksum`. */
  readonly checksum: number;
  /** `blkszbits`: log2 of the block size, 9–16. */
  readonly blockSizeBits: number;
  /** `sb_extslots`: 16-byte slots behind the first 128 bytes. */
  readonly extSlots: number;
  readonly featureCompat: number;
  readonly featureIncompat: number;
  /** NID of the root directory; see `METABOX_NID` for those in the metabox. */
  readonly rootNid: number;
  /** `inos`: for statfs only. */
  readonly inodeCount: number;
  /** Signed; what the times of compact inodes and `buildTime` count from. */
  readonly epoch: number;
  /** `fixed_nsec`: nanoseconds of every compact inode. */
  readonly fixedNsec: number;
  /** Blocks of the primary device. */
  readonly blockCount: number;
  /** `meta_blkaddr`: the block that NID 0 stands for. */
  readonly metaBlock: number;
  /** `xattr_blkaddr`: the block that shared xattr id 0 stands for. */
  readonly xattrBlock: number;
  /** 16 bytes in the order they are printed. */
  readonly uuid: Uint8Array;
  /** Up to 16 bytes. */
  readonly volumeName: ByteString;
  /** The u16 at 0x54: with `comprCfgs` a bitmap of algorithms, else the LZ4 window (0 = 65535). */
  readonly availableAlgorithms: number;
  readonly extraDevices: number;
  /** `devt_slotoff`: the device table stands at byte 128 × this. */
  readonly deviceTableSlot: number;
  /** Always 0 so far. */
  readonly dirBlockBits: number;
  readonly xattrPrefixCount: number;
  /** The prefix table stands at 4 × this. */
  readonly xattrPrefixStart: number;
  /** The inode that holds fragments; 0 = none. */
  readonly packedNid: number;
  /** Not 0 means: ignore all name filters. */
  readonly xattrFilterReserved: number;
  readonly ishareXattrPrefixId: number;
  /** `build_time`: seconds from `epoch` to the time of building. */
  readonly buildTime: number;
  /** With `FeatureIncompat.metabox`; else 0. */
  readonly metaboxNid: number;
}

const MAX_EXT_SLOTS = 184;
const METABOX_NID_OFFSET = 0x80;

/** A superblock of an empty 4096-byte-block image, with `fields` put over it. */
export function createSuperblock(fields: Partial<Superblock>): Superblock {
  return {
    checksum: 0,
    blockSizeBits: 12,
    extSlots: 0,
    featureCompat: 0,
    featureIncompat: 0,
    rootNid: 0,
    inodeCount: 0,
    epoch: 0,
    fixedNsec: 0,
    blockCount: 0,
    metaBlock: 0,
    xattrBlock: 0,
    uuid: new Uint8Array(16),
    volumeName: "",
    availableAlgorithms: 0,
    extraDevices: 0,
    deviceTableSlot: 0,
    dirBlockBits: 0,
    xattrPrefixCount: 0,
    xattrPrefixStart: 0,
    packedNid: 0,
    xattrFilterReserved: 0,
    ishareXattrPrefixId: 0,
    buildTime: 0,
    metaboxNid: 0,
    ...fields,
  };
}

/** Bytes of the superblock with its extension slots; compression configs follow directly. */
export function superblockSize(superblock: Pick<Superblock, "extSlots">): number {
  return SUPERBLOCK_SIZE + superblock.extSlots * SUPERBLOCK_SLOT_SIZE;
}

/**
 * Reads a superblock. `bytes` begin at byte 1024 of the image and are at least 128 long, 136 for a metabox image.
 * The checksum is not verified here, since it covers more than the superblock: see `superblockChecksum`.
 * Features that are known are all decoded; whether they are supported is for the reader to decide.
 * @throws CorruptImage, UnsupportedFeature
 */
export function decodeSuperblock(bytes: Uint8Array): Superblock {
  if (bytes.length < SUPERBLOCK_SIZE) {
    throw corrupt(0, `${bytes.length} bytes of superblock, expected ${SUPERBLOCK_SIZE}`);
  }
  const magic = load32(bytes, 0);
  if (magic !== SUPERBLOCK_MAGIC) {
    throw corrupt(0, `not an EROFS image: magic ${hex(magic)}, expected ${hex(SUPERBLOCK_MAGIC)}`);
  }
  const blockSizeBits = bytes[0x0c]!;
  if (blockSizeBits < MIN_BLOCK_SIZE_BITS || blockSizeBits > MAX_BLOCK_SIZE_BITS) {
    throw corrupt(
      0x0c,
      `block size bits ${blockSizeBits}, expected ${MIN_BLOCK_SIZE_BITS} to ${MAX_BLOCK_SIZE_BITS}`,
    );
  }
  const featureIncompat = load32(bytes, 0x50);
  requireSupported(featureIncompat, KNOWN_INCOMPAT);
  const dirBlockBits = bytes[0x5a]!;
  if (dirBlockBits !== 0) {
    throw new UnsupportedFeature(`directory block bits ${dirBlockBits} in the superblock, expected 0`, {
      offset: SUPERBLOCK_OFFSET + 0x5a,
    });
  }
  const extSlots = bytes[0x0d]!;
  if (extSlots > MAX_EXT_SLOTS) {
    throw corrupt(0x0d, `${extSlots} superblock extension slots, expected at most ${MAX_EXT_SLOTS}`);
  }
  const fixedNsec = load32(bytes, 0x20);
  if (fixedNsec > 999_999_999) throw corrupt(0x20, `${fixedNsec} nanoseconds, expected below a second`);

  const wide = (featureIncompat & FeatureIncompat.bit48) !== 0 && !isZero64(bytes, 0x70);
  return {
    checksum: load32(bytes, 0x04),
    blockSizeBits,
    extSlots,
    featureCompat: load32(bytes, 0x08),
    featureIncompat,
    rootNid: wide ? nidAt(bytes, 0x70, "root inode") : load16(bytes, 0x0e),
    inodeCount: safe(load64(bytes, 0x10), 0x10, "inode count"),
    epoch: safe(loadSigned64(bytes, 0x18), 0x18, "epoch"),
    fixedNsec,
    blockCount: load32(bytes, 0x24) + (wide ? load16(bytes, 0x0e) * 0x1_0000_0000 : 0),
    metaBlock: load32(bytes, 0x28),
    xattrBlock: load32(bytes, 0x2c),
    uuid: bytes.slice(0x30, 0x40),
    volumeName: fromBytes(bytes.subarray(0x40, 0x50)).replace(/\0[^]*$/, ""),
    availableAlgorithms: load16(bytes, 0x54),
    extraDevices: load16(bytes, 0x56),
    deviceTableSlot: load16(bytes, 0x58),
    dirBlockBits,
    xattrPrefixCount: bytes[0x5b]!,
    xattrPrefixStart: load32(bytes, 0x5c),
    packedNid: primaryNidAt(bytes, 0x60, "packed inode"),
    xattrFilterReserved: bytes[0x68]!,
    ishareXattrPrefixId: bytes[0x69]!,
    buildTime: load32(bytes, 0x6c),
    metaboxNid: metaboxNidOf(bytes, featureIncompat, extSlots),
  };
}

/**
 * Writes a superblock, 128 bytes and its extension slots, with the checksum field 0.
 * @throws BuildError if a field does not fit
 */
export function encodeSuperblock(superblock: Superblock): Uint8Array {
  const bytes = new Uint8Array(superblockSize(superblock));
  const bit48 = (superblock.featureIncompat & FeatureIncompat.bit48) !== 0;
  const wide = superblock.rootNid > 0xffff || superblock.blockCount > 0xffffffff;
  if (wide && !bit48) {
    throw new BuildError(
      `root NID ${nidText(superblock.rootNid)} or ${superblock.blockCount} blocks need the 48-bit layout, which is off`,
    );
  }
  fits("block count", superblock.blockCount, BLOCK_NUMBER_LIMIT - 1);
  if (superblock.uuid.length !== 16)
    throw new BuildError(`uuid of ${superblock.uuid.length} bytes, expected 16`);
  if (superblock.volumeName.length > 16) {
    throw new BuildError(`volume name of ${superblock.volumeName.length} bytes, expected at most 16`);
  }

  store32(bytes, 0x00, SUPERBLOCK_MAGIC);
  store32(bytes, 0x08, superblock.featureCompat);
  if (superblock.blockSizeBits < MIN_BLOCK_SIZE_BITS || superblock.blockSizeBits > MAX_BLOCK_SIZE_BITS) {
    throw new BuildError(`block size of ${superblock.blockSizeBits} bits, expected 9 to 16`);
  }
  bytes[0x0c] = superblock.blockSizeBits;
  bytes[0x0d] = fits("number of extension slots", superblock.extSlots, MAX_EXT_SLOTS);
  if (wide) {
    if (superblock.rootNid === 0) {
      throw new BuildError("root NID 0 cannot be told in the 48-bit layout");
    }
    store16(bytes, 0x0e, Math.floor(superblock.blockCount / 0x1_0000_0000));
    storeNid(bytes, 0x70, fits("root NID", superblock.rootNid, Number.MAX_SAFE_INTEGER));
  } else {
    store16(bytes, 0x0e, superblock.rootNid);
  }
  store64(bytes, 0x10, fits("inode count", superblock.inodeCount, Number.MAX_SAFE_INTEGER));
  if (!Number.isSafeInteger(superblock.epoch)) throw new BuildError(`epoch ${superblock.epoch} does not fit`);
  store64(bytes, 0x18, superblock.epoch);
  store32(bytes, 0x20, fits("nanoseconds", superblock.fixedNsec, 999_999_999));
  store32(bytes, 0x24, superblock.blockCount);
  store32(bytes, 0x28, fits("metadata block", superblock.metaBlock, 0xffffffff));
  store32(bytes, 0x2c, fits("xattr block", superblock.xattrBlock, 0xffffffff));
  bytes.set(superblock.uuid, 0x30);
  writeBytes(superblock.volumeName, bytes, 0x40);
  store32(bytes, 0x50, superblock.featureIncompat);
  store16(bytes, 0x54, fits("algorithm bitmap", superblock.availableAlgorithms, 0xffff));
  store16(bytes, 0x56, fits("number of devices", superblock.extraDevices, 0xffff));
  store16(bytes, 0x58, fits("device table slot", superblock.deviceTableSlot, 0xffff));
  bytes[0x5a] = superblock.dirBlockBits;
  bytes[0x5b] = fits("number of xattr prefixes", superblock.xattrPrefixCount, 128);
  store32(bytes, 0x5c, fits("xattr prefix position", superblock.xattrPrefixStart, 0xffffffff));
  store64(bytes, 0x60, fits("packed inode's NID", superblock.packedNid, METABOX_NID - 1));
  bytes[0x68] = superblock.xattrFilterReserved;
  bytes[0x69] = superblock.ishareXattrPrefixId;
  store32(bytes, 0x6c, fits("build time after the epoch", superblock.buildTime, 0xffffffff));
  if ((superblock.featureIncompat & FeatureIncompat.metabox) !== 0) {
    if (superblock.extSlots < 1) throw new BuildError("a metabox needs an extension slot in the superblock");
    store64(bytes, METABOX_NID_OFFSET, fits("metabox NID", superblock.metaboxNid, METABOX_NID - 1));
  }
  return bytes;
}

/** The bytes of the image that the checksum covers. */
export function superblockChecksumRange(blockSize: number): { start: number; length: number } {
  const length = blockSize > SUPERBLOCK_OFFSET ? blockSize - SUPERBLOCK_OFFSET : blockSize;
  return { start: SUPERBLOCK_OFFSET, length };
}

/** The checksum of the bytes of `superblockChecksumRange`; their checksum field counts as zero, whatever it holds. */
export function superblockChecksum(rangeBytes: Uint8Array): number {
  const magic = crc32c(rangeBytes.subarray(0, 4));
  return crc32c(rangeBytes.subarray(8), crc32c(new Uint8Array(4), magic));
}

/** Bitmap of the algorithms that files may use: bit n stands for algorithm n. */
export function algorithmsOf(
  superblock: Pick<Superblock, "featureIncompat" | "availableAlgorithms">,
): number {
  const recorded = (superblock.featureIncompat & FeatureIncompat.comprCfgs) !== 0;
  return recorded ? superblock.availableAlgorithms : 1 << Algorithm.lz4;
}

/** Byte offset of the inode `nid` in its metadata space: in the image, or in the content of the metabox. */
export function inodeOffset(
  superblock: Pick<Superblock, "metaBlock" | "blockSizeBits">,
  nid: number,
): number {
  const start = isMetaboxNid(nid) ? 0 : superblock.metaBlock * (1 << superblock.blockSizeBits);
  return start + slotOffset(nid);
}

function nidAt(bytes: Uint8Array, offset: number, what: string): number {
  const nid = loadNid(bytes, offset);
  if (nid !== undefined) return nid;
  throw nidOutOfRange(bytes, offset, `superblock: ${what}`, { offset: SUPERBLOCK_OFFSET + offset });
}

function primaryNidAt(bytes: Uint8Array, offset: number, what: string): number {
  const nid = nidAt(bytes, offset, what);
  if (!isMetaboxNid(nid)) return nid;
  throw corrupt(offset, `the ${what} has the NID ${nidText(nid)}, which is in the metabox`);
}

function metaboxNidOf(bytes: Uint8Array, featureIncompat: number, extSlots: number): number {
  if ((featureIncompat & FeatureIncompat.metabox) === 0) return 0;
  if (extSlots < 1) throw corrupt(0x0d, "metabox feature without an extension slot");
  if (bytes.length < METABOX_NID_OFFSET + 8) {
    throw corrupt(
      METABOX_NID_OFFSET,
      `${bytes.length} bytes of superblock, expected ${METABOX_NID_OFFSET + 8}`,
    );
  }
  return primaryNidAt(bytes, METABOX_NID_OFFSET, "metabox inode");
}

function isZero64(bytes: Uint8Array, offset: number): boolean {
  return load32(bytes, offset) === 0 && load32(bytes, offset + 4) === 0;
}

function safe(value: number, offset: number, what: string): number {
  if (Number.isSafeInteger(value)) return value;
  throw corrupt(offset, `${what} ${hex(value)} is out of range`);
}

function fits(what: string, value: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return value;
  throw new BuildError(`${what} ${value} does not fit the superblock, expected 0 to ${max}`);
}

function corrupt(offset: number, message: string): CorruptImage {
  return new CorruptImage(`superblock: ${message}`, { offset: SUPERBLOCK_OFFSET + offset });
}
