import { BuildError, CorruptImage, type ErrorPlace, hex } from "../errors.ts";
import { nidText } from "../nid.ts";

/** What an index entry says of its lcluster: `Z_EROFS_LCLUSTER_TYPE_*`. */
export const LclusterType = {
  /** An extent that is stored as it is starts here. */
  plain: 0,
  /** An extent of the file's first algorithm starts here. */
  head1: 1,
  /** No extent starts here. */
  nonHead: 2,
  /** An extent of the file's second algorithm starts here. */
  head2: 3,
} as const;
export type LclusterType = (typeof LclusterType)[keyof typeof LclusterType];

/**
 * A range of a file that one physical cluster decodes to. It ends where the next one begins, or with the file.
 * The extents of a file are contiguous, and at most one begins in each lcluster.
 */
export interface CompressedExtent {
  /** Logical start, bytes. */
  readonly logical: number;
  /** First physical block. */
  readonly block: number;
  /** Physical blocks. */
  readonly blocks: number;
  /** Any `LclusterType` but `nonHead`. */
  readonly type: number;
  /** Only the first part of what the pcluster decodes to is used (deduplication). Full indexes only. */
  readonly partial?: boolean;
}

/** An extent as read from an index. */
export interface DecodedExtent extends CompressedExtent {
  /** Reads as zeros, whatever its block holds. Full indexes only, unknown to Linux before 7.2. */
  readonly hole?: boolean;
}

/** What an encoder must know beside the extents. Lclusters are as large as blocks. */
export interface IndexPlan {
  /** Bytes of the file, above 0. */
  readonly fileSize: number;
  readonly blockSizeBits: number;
  /** Pclusters may take several blocks: each extent with a second lcluster tells its own count. */
  readonly bigPcluster: boolean;
  /** Algorithm of HEAD1, for the map header. */
  readonly algorithm: number;
}

/** What the reader of an index must know: from the inode, its map header and the superblock. */
export interface IndexGeometry {
  readonly fileSize: number;
  /** log2 of the lcluster size: `blockSizeBits` + `MapHeader.lclusterBits`. */
  readonly lclusterBits: number;
  /** `MapHeader.advise`. */
  readonly advise: number;
}

/** One index entry. Fields that do not apply to its type are 0 or false. Readers may reuse one object. */
export interface LclusterEntry {
  type: LclusterType;
  /** Heads: where in the lcluster the extent starts. */
  clusterOffset: number;
  /** Heads: first block of the pcluster. */
  block: number;
  /** NONHEAD: lclusters back to the head, or to an entry on the way to it; at least 1. */
  delta0: number;
  /** NONHEAD: lclusters forward to the next head, or to an entry on the way to it; at least 1. */
  delta1: number;
  /** NONHEAD right behind its head: blocks of the pcluster (`CBLKCNT`), at least 1; 0 where not told. */
  blocks: number;
  /** Heads in full indexes: see `CompressedExtent.partial`. */
  partial: boolean;
  /** Heads in full indexes: the extent reads as zeros. */
  hole: boolean;
}

/** Set in a `delta0` to say that the other bits are a count of blocks (`Z_EROFS_LI_D0_CBLKCNT`). */
export const CBLKCNT = 0x800;
/** The largest distance or count beside that bit; longer distances take several steps. */
export const MAX_DELTA = 0x7ff;

/** An entry for a reader to fill. */
export function createLclusterEntry(): LclusterEntry {
  return {
    type: LclusterType.plain,
    clusterOffset: 0,
    block: 0,
    delta0: 0,
    delta1: 0,
    blocks: 0,
    partial: false,
    hole: false,
  };
}

/** Number of index entries of a file. */
export function lclusterCount(fileSize: number, lclusterBits: number): number {
  return Math.ceil(fileSize / 2 ** lclusterBits);
}

/** The lcluster that holds the logical offset. */
export function lclusterOf(logical: number, lclusterBits: number): number {
  return Math.floor(logical / 2 ** lclusterBits);
}

/**
 * The lcluster behind an extent's last NONHEAD one: that of the next extent's head; for the last extent that of
 * the end-of-file marker, which stands in the last lcluster if the file ends inside it, or the number of lclusters.
 */
export function nextHead(extents: readonly CompressedExtent[], i: number, plan: IndexPlan): number {
  const next = extents[i + 1];
  if (next !== undefined) return lclusterOf(next.logical, plan.blockSizeBits);
  const head = lclusterOf(extents[i]!.logical, plan.blockSizeBits);
  return Math.max(lclusterOf(plan.fileSize, plan.blockSizeBits), head + 1);
}

/**
 * Checks that an index can hold the extents.
 * @throws BuildError
 */
export function checkExtents(extents: readonly CompressedExtent[], plan: IndexPlan): void {
  const { fileSize, blockSizeBits, bigPcluster } = plan;
  if (!(Number.isSafeInteger(fileSize) && fileSize > 0))
    throw new BuildError(`index of a file of ${fileSize} bytes`);
  if (extents[0]?.logical !== 0) throw new BuildError("the first extent does not start at 0");
  let previous = -1;
  for (let i = 0; i < extents.length; i++) {
    const { logical, block, blocks, type } = extents[i]!;
    const head = lclusterOf(logical, blockSizeBits);
    if (!Number.isSafeInteger(logical) || head <= previous || logical >= fileSize) {
      throw unfit(logical, "expected a start inside the file, one lcluster after the extent before or more");
    }
    if (type !== LclusterType.plain && type !== LclusterType.head1 && type !== LclusterType.head2) {
      throw unfit(logical, `type ${type}`);
    }
    if (!(Number.isInteger(block) && block >= 0 && block + blocks <= 0xffffffff)) {
      throw unfit(logical, `block ${block} does not fit 32 bits`);
    }
    if (blocks !== 1 && !(bigPcluster && Number.isInteger(blocks) && blocks >= 1 && blocks <= MAX_DELTA)) {
      throw unfit(logical, `${blocks} blocks, expected 1${bigPcluster ? ` to ${MAX_DELTA}` : ""}`);
    }
    if (blocks > 1 && nextHead(extents, i, plan) === head + 1) {
      throw unfit(logical, `${blocks} blocks, but no lcluster of its own to tell the count`);
    }
    previous = head;
  }
}

/**
 * Puts single entries together to extents while checking them against each other: the shared half of reading a
 * whole full or compact index. Entries are given in order by `add`, the result is what `finish` returns.
 */
export class ExtentCollector {
  readonly #extents: DecodedExtent[] = [];
  readonly #geometry: IndexGeometry;
  readonly #countsPlain: boolean;
  readonly #countsHead1: boolean;
  readonly #place: ErrorPlace;
  #head = -1;

  /** `counts…`: whether pclusters of these types may take more than one block. */
  constructor(geometry: IndexGeometry, counts: { head1: boolean; others: boolean }, place: ErrorPlace) {
    this.#geometry = geometry;
    this.#countsHead1 = counts.head1;
    this.#countsPlain = counts.others;
    this.#place = place;
  }

  add(lcn: number, entry: LclusterEntry): void {
    const { fileSize, lclusterBits } = this.#geometry;
    if (entry.type !== LclusterType.nonHead) {
      const logical = lcn * 2 ** lclusterBits + entry.clusterOffset;
      if (lcn === 0 && logical !== 0)
        throw corruptEntry(lcn, `the file starts at ${logical}, expected 0`, this.#place);
      this.#head = lcn;
      // The end-of-file marker looks like a head, but starts nothing.
      if (logical >= fileSize) return;
      const extent = { logical, block: entry.block, blocks: 1, type: entry.type };
      if (!entry.partial && !entry.hole) this.#extents.push(extent);
      else
        this.#extents.push({
          ...extent,
          ...(entry.partial && { partial: true }),
          ...(entry.hole && { hole: true }),
        });
      return;
    }
    if (lcn === 0) throw corruptEntry(lcn, "no extent starts with the file", this.#place);
    // A step back may stop short of the head, but not go past it.
    if (lcn - entry.delta0 < this.#head) {
      throw corruptEntry(lcn, `distance ${entry.delta0} to the head at ${this.#head}`, this.#place);
    }
    if (lcn !== this.#head + 1 || entry.blocks <= 1) return;
    const last = this.#extents.length - 1;
    const extent = this.#extents[last]!;
    const counted = extent.type === LclusterType.head1 ? this.#countsHead1 : this.#countsPlain;
    if (counted) this.#extents[last] = { ...extent, blocks: entry.blocks };
  }

  finish(): DecodedExtent[] {
    return this.#extents;
  }
}

/** A fault in the index entry of lcluster `lcn`. */
export function corruptEntry(lcn: number, message: string, place: ErrorPlace): CorruptImage {
  const owner = place.nid === undefined ? "" : ` of inode ${nidText(place.nid)}`;
  const at = place.offset === undefined ? "" : `, index at offset ${hex(place.offset)}`;
  return new CorruptImage(`index entry ${lcn}${owner}${at}: ${message}`, place);
}

function unfit(logical: number, message: string): BuildError {
  return new BuildError(`extent at ${logical}: ${message}`);
}
