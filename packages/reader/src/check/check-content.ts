import { DataLayout, type Inode, nidText, UnsupportedFeature } from "@erofs/format";
import type { Extent, FileMap } from "../extents/extent.ts";
import { mapOf } from "../extents/file-map.ts";
import type { ImageState } from "../image-state.ts";
import { packedInode } from "../packed-inode.ts";
import { readView } from "../read.ts";
import type { Reading } from "../reading.ts";
import { FileOutcome, MAX_FAULTS, type PartOutcome } from "./file-outcome.ts";
import type { Ledger } from "./ledger.ts";
import { FaultList } from "./report.ts";

/** Bytes of a part, and up to an extent more: the slowest decoder takes an eighth of a second for them. */
export const PART_BYTES = 8 << 20;

/**
 * What finding an extent costs, beside what is decoded: holes and what is sound already cost nothing else, and inodes that
 * overlap can have the entries of one table millions of times.
 */
const EXTENT_WORK = 1024;

/** A part of a file; what begins in it belongs to it. */
interface Part {
  readonly end: number;
  readonly isHole: boolean;
}

/** Reads and decodes the content of files, whole ones or parts. Faults have no path. */
export class ContentCheck {
  readonly #image: ImageState;
  readonly #ledger: Ledger;
  readonly #partBytes: number;
  readonly #onBytes: (bytes: number) => void;

  /** @param onBytes told how many bytes are sound, now and then */
  constructor(
    image: ImageState,
    ledger: Ledger,
    onBytes: (bytes: number) => void = () => {},
    partBytes = PART_BYTES,
  ) {
    this.#image = image;
    this.#ledger = ledger;
    this.#onBytes = onBytes;
    this.#partBytes = partBytes;
  }

  *file(node: Inode): Reading<FileOutcome> {
    const outcome = new FileOutcome();
    for (let start = 0; start < node.size && !outcome.isOver;) {
      const { end, isHole } = yield* this.partAt(node, start);
      if (!isHole) outcome.add(yield* this.part(node, start, end));
      start = end;
    }
    return outcome;
  }

  /** The part of a file that begins at `start`, where another one ends. While there is budget, it follows from that alone. */
  *partAt(node: Inode, start: number): Reading<Part> {
    if (node.size - start <= this.#partBytes || !this.#ledger.hasBudget) {
      return { end: node.size, isHole: false };
    }
    this.#ledger.spend(EXTENT_WORK);
    try {
      const map = yield* mapOf(this.#image, node);
      const first = yield* extentAt(map, start);
      if (first.kind === "hole") return { end: first.logical + first.length, isHole: true };
      const end = start + this.#partBytes;
      const last = yield* extentAt(map, end - 1);
      return { end: last.kind === "data" ? end : last.logical + last.length, isHole: false };
    } catch {
      // Checking the rest says what is wrong.
      return { end: node.size, isHole: false };
    }
  }

  *part(node: Inode, start: number, end: number): Reading<PartOutcome> {
    const faults = new FaultList(MAX_FAULTS);
    let bytes = 0;
    let isLast = false;
    for (let offset = start; offset < end && !isLast && faults.count < MAX_FAULTS;) {
      let extent: Extent;
      try {
        extent = cut(yield* this.#extentAt(node, offset), offset, end);
      } catch (error) {
        // Without the extent nobody knows where the next one begins.
        faults.addError("data", "", node.nid, error);
        isLast = true;
        continue;
      }
      let reached = extent.logical + extent.length;
      try {
        reached = yield* this.#checkExtent(node, extent, end);
        const sound = extent.kind === "hole" || extent.kind === "fragment" ? 0 : reached - offset;
        bytes += sound;
        this.#onBytes(sound);
      } catch (error) {
        faults.addError("data", "", node.nid, error);
        isLast = error instanceof UnsupportedFeature;
      }
      offset = reached;
    }
    return { start, bytes, faults: faults.kept, isLast };
  }

  /** Returns how far the content is sound: the extent's end, or beyond if more was decoded in one go. */
  *#checkExtent(node: Inode, extent: Extent, partEnd: number): Reading<number> {
    const end = extent.logical + extent.length;
    if (extent.kind === "hole" || this.#ledger.isSound(extent)) return end;
    if (extent.kind === "fragment") {
      yield* checkFragment(this.#image, node, extent);
      return end;
    }
    let offset = extent.logical;
    while (offset < end) {
      this.#requireBudget(node, offset);
      offset += yield* this.#view(node, offset, end, partEnd);
    }
    this.#ledger.remember(extent);
    // The clusters that came along.
    for (let at = end; at < offset;) {
      const next = yield* extentAt(yield* mapOf(this.#image, node), at);
      this.#ledger.remember(next);
      at = next.logical + next.length;
    }
    return offset;
  }

  /** Finding an extent costs something, and an index in the metabox is decoded, too. */
  *#extentAt(node: Inode, offset: number): Reading<Extent> {
    const before = this.#image.clusterWork;
    this.#requireBudget(node, offset);
    const extent = yield* extentAt(yield* mapOf(this.#image, node), offset);
    this.#ledger.spend(EXTENT_WORK + this.#image.clusterWork - before);
    return extent;
  }

  /** @throws UnsupportedFeature */
  #requireBudget({ nid }: Inode, offset: number): void {
    if (this.#ledger.hasBudget) return;
    throw new UnsupportedFeature(
      `inode ${nidText(nid)}: its content was not read, since the files before it claim far more than the image holds`,
      { nid, offset },
    );
  }

  /** Reads on from `offset` over as many clusters as stand together, or, where one is damaged, to the extent's end. */
  *#view(node: Inode, offset: number, end: number, partEnd: number): Reading<number> {
    const before = this.#image.clusterWork;
    let length = 0;
    try {
      try {
        length = (yield* readView(this.#image, node, offset, partEnd - offset)).length;
      } catch {
        length = (yield* readView(this.#image, node, offset, end - offset)).length;
      }
      return length;
    } finally {
      // Clusters that do not decode cost as much as others.
      this.#ledger.spend(Math.max(length, this.#image.clusterWork - before));
    }
  }
}

/** Sees that a fragment is in the packed inode, with which its bytes are read. @throws CorruptImage */
function* checkFragment(image: ImageState, node: Inode, extent: Extent): Reading<void> {
  const packed = yield* packedInode(image);
  if (node.nid === packed.nid || extent.physical + extent.length > packed.size) {
    // Reading says what is wrong.
    yield* readView(image, node, extent.logical + extent.length - 1, 1);
  }
}

/** Without reading content: that the end of a file, if it is in the packed inode, is there. @throws CorruptImage, UnsupportedFeature */
export function* checkEnd(image: ImageState, node: Inode): Reading<void> {
  const { layout, size } = node;
  const isCompressed = layout === DataLayout.compressedFull || layout === DataLayout.compressedCompact;
  if (size === 0 || !isCompressed) return;
  const extent = yield* extentAt(yield* mapOf(image, node), size - 1);
  if (extent.kind === "fragment") yield* checkFragment(image, node, extent);
}

function* extentAt(map: FileMap, offset: number): Reading<Extent> {
  return map.find(offset) ?? (yield* map.load(offset));
}

/** What of an extent belongs to [start, end): bytes that are stored as they are can be read from anywhere. */
function cut(extent: Extent, start: number, end: number): Extent {
  if (extent.kind !== "data") return extent;
  const from = start - extent.logical;
  const length = Math.min(extent.length - from, end - start);
  return { ...extent, logical: start, length, stored: length, physical: extent.physical + from };
}
