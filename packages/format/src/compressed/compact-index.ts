import { BuildError } from "../errors.ts";
import { store32 } from "../little-endian.ts";
import {
  type CompactLayout,
  LARGE_PACK_ENTRIES,
  packEntries,
  packSize,
  packStart,
  planCompactLayout,
} from "./compact-layout.ts";
import {
  CBLKCNT,
  checkExtents,
  type CompressedExtent,
  type IndexPlan,
  lclusterCount,
  lclusterOf,
  LclusterType,
  MAX_DELTA,
  nextHead,
} from "./extents.ts";

/** The largest lclusters for which 2-byte packs have room: log2 of 4096. */
const LARGE_PACK_MAX_BITS = 12;
/** The largest lclusters that a compact index can have. */
const COMPACT_MAX_BITS = 14;

/**
 * Bytes of a compact index behind its map header. 2-byte packs are used for blocks up to 4096 bytes.
 * @param ebaseMod32 byte offset of the index (right behind the map header) modulo 32
 */
export function compactIndexSize(fileSize: number, blockSizeBits: number, ebaseMod32: number): number {
  return layoutFor(fileSize, blockSizeBits, ebaseMod32).size;
}

/**
 * Writes a compact index (data layout 3), to be put right behind the map header.
 * @param extents all of the file's, ascending; those that meet in one pack stand one behind the other on disk
 * @param ebaseMod32 byte offset of the index modulo 32: 0, 8, 16 or 24
 * @throws BuildError for extents that an index, or a compact one, cannot hold
 */
export function encodeCompactIndex(
  extents: readonly CompressedExtent[],
  plan: IndexPlan,
  ebaseMod32: number,
): Uint8Array {
  const { fileSize, blockSizeBits, bigPcluster } = plan;
  if (blockSizeBits > COMPACT_MAX_BITS) {
    throw new BuildError(`compact index with blocks of ${2 ** blockSizeBits} bytes, expected at most 16384`);
  }
  if (![0, 8, 16, 24].includes(ebaseMod32)) {
    throw new BuildError(`compact index at an offset of ${ebaseMod32} modulo 32, expected a multiple of 8`);
  }
  checkExtents(extents, plan);
  const layout = layoutFor(fileSize, blockSizeBits, ebaseMod32);
  const writer = new PackWriter(layout, Math.max(blockSizeBits, LARGE_PACK_MAX_BITS));
  let lcn = 0;
  for (let i = 0; i < extents.length; i++) {
    const extent = extents[i]!;
    const { logical, block, blocks } = extent;
    const head = lclusterOf(logical, blockSizeBits);
    const next = nextHead(extents, i, plan);
    const counted = bigPcluster && next > head + 1;
    checkAdjacent(extent, extents[i + 1], counted ? head + 1 : head, next, layout);

    // Readers add up what lies between a pack's block and a head. Without big pclusters they count each head,
    // the wanted one too; with them they count what the pack's earlier entries tell.
    writer.anchor(bigPcluster ? block : block - 1);
    writer.put(extent.type, logical % 2 ** blockSizeBits);
    writer.fallback = bigPcluster ? block + blocks : block;
    lcn = head + 1;
    if (counted) {
      writer.anchor(block);
      writer.put(LclusterType.nonHead, CBLKCNT | blocks);
      lcn++;
    }
    for (; lcn < next; lcn++) {
      const delta = writer.atPackEnd ? next - lcn : lcn - head;
      writer.put(LclusterType.nonHead, Math.min(delta, MAX_DELTA));
    }
  }
  // The end-of-file marker.
  if (lcn < layout.total) writer.put(LclusterType.plain, fileSize % 2 ** blockSizeBits);
  return writer.finish();
}

/** Fills packs entry by entry. */
class PackWriter {
  /** The block number of a pack that has no anchor. */
  fallback = 0;
  readonly #layout: CompactLayout;
  readonly #bytes: Uint8Array;
  readonly #typeShift: number;
  #lcn = 0;
  #packOffset = 0;
  #entries: number;
  #filled = 0;
  #base: number | undefined;

  constructor(layout: CompactLayout, typeShift: number) {
    this.#layout = layout;
    this.#bytes = new Uint8Array(layout.size);
    this.#typeShift = typeShift;
    this.#entries = packEntries(layout, 0);
  }

  /** Whether the next entry is the last of its pack. */
  get atPackEnd(): boolean {
    return this.#filled === this.#entries - 1;
  }

  /** Gives the current pack its block number, unless it has one. */
  anchor(base: number): void {
    this.#base ??= base;
  }

  put(type: number, low: number): void {
    const bit = this.#filled * (this.#entries === LARGE_PACK_ENTRIES ? 14 : 16);
    const at = this.#packOffset + (bit >> 3);
    const value = (low | (type << this.#typeShift)) << (bit & 7);
    this.#bytes[at]! |= value;
    this.#bytes[at + 1]! |= value >> 8;
    this.#bytes[at + 2]! |= value >> 16;
    this.#lcn++;
    if (++this.#filled === this.#entries) this.#close();
  }

  finish(): Uint8Array {
    if (this.#filled > 0) this.#close();
    return this.#bytes;
  }

  #close(): void {
    this.#packOffset += packSize(this.#layout, this.#lcn - 1);
    store32(this.#bytes, this.#packOffset - 4, this.#base ?? this.fallback);
    this.#base = undefined;
    this.#filled = 0;
    this.#entries = packEntries(this.#layout, this.#lcn);
  }
}

/** Blocks of extents that meet in one pack are told by a sum, so they must be adjacent. */
function checkAdjacent(
  extent: CompressedExtent,
  next: CompressedExtent | undefined,
  told: number,
  nextHeadAt: number,
  layout: CompactLayout,
): void {
  if (extent.partial === true) {
    throw new BuildError(`extent at ${extent.logical}: partial, which a compact index cannot tell`);
  }
  if (next === undefined || next.block === extent.block + extent.blocks) return;
  if (packStart(layout, told) !== packStart(layout, nextHeadAt)) return;
  throw new BuildError(
    `extent at ${next.logical}: block ${next.block} in a compact index, expected ${extent.block + extent.blocks}`,
  );
}

function layoutFor(fileSize: number, blockSizeBits: number, ebaseMod32: number): CompactLayout {
  const total = lclusterCount(fileSize, blockSizeBits);
  return planCompactLayout(total, ebaseMod32, blockSizeBits <= LARGE_PACK_MAX_BITS);
}
