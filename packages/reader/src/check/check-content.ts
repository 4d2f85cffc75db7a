import { type ByteString, type Inode, MAX_EXTENT_SIZE, UnsupportedFeature } from "@erofs/format";
import type { Extent } from "../extents/extent.ts";
import { mapOf } from "../extents/file-map.ts";
import type { ImageState } from "../image-state.ts";
import { packedInode } from "../packed-inode.ts";
import { readView } from "../read.ts";
import type { Reading } from "../reading.ts";
import type { FaultList } from "./report.ts";

/** Extents that are remembered as read, at most. */
const MAX_REMEMBERED = 1 << 18;
/** A file with more damaged extents than this is not looked at any further. */
const MAX_FAULTS_PER_FILE = 16;
/**
 * What a byte of the image may cost, in bytes decoded: up to the 12 MiB that an extent may have, of a block of 4 KiB. Files
 * of zeros come near it (mkfs.erofs: 200 MB in 60 clusters of 4 KiB); LZ4 alone could do with 255. What comes of such
 * clusters comes fast, at 1 GB/s and more: for a hostile image, seconds per MiB of it; a minute where it is LZMA that was
 * made to be slow.
 */
const MAX_EXPANSION = MAX_EXTENT_SIZE / 4096;
/** What even the smallest image may make so much of. */
const MIN_SIZE = 65_536;

/**
 * Reads and decodes the content of files. Extents that several files share are read once. All reading together is
 * bounded by the image's size, so that overlapping claims cannot make a check endless.
 */
export class ContentCheck {
  bytes = 0;
  readonly #image: ImageState;
  readonly #faults: FaultList;
  /** What was read, by its physical place. */
  readonly #read = new Map<number, Extent>();
  #budget: number;
  readonly #onBytes: () => void;

  constructor(image: ImageState, faults: FaultList, onBytes: () => void) {
    this.#image = image;
    this.#faults = faults;
    this.#onBytes = onBytes;
    let size = MIN_SIZE;
    for (const each of image.devices.sizes) size += each;
    this.#budget = size * MAX_EXPANSION;
  }

  *check(path: ByteString, node: Inode): Reading<void> {
    let found = 0;
    for (let offset = 0; offset < node.size && found < MAX_FAULTS_PER_FILE;) {
      let extent: Extent;
      try {
        const map = yield* mapOf(this.#image, node);
        extent = map.find(offset) ?? (yield* map.load(offset));
      } catch (error) {
        // Without the extent nobody knows where the next one begins.
        this.#faults.addError("data", path, node.nid, error);
        return;
      }
      const end = extent.logical + extent.length;
      try {
        offset = yield* this.#checkExtent(node, extent, offset, end);
      } catch (error) {
        this.#faults.addError("data", path, node.nid, error);
        if (error instanceof UnsupportedFeature) return;
        found++;
        offset = end;
      }
    }
  }

  /** Returns how far the content is checked: the extent's end, or beyond if more was decoded in one go. */
  *#checkExtent(node: Inode, extent: Extent, start: number, end: number): Reading<number> {
    if (extent.kind === "hole" || this.#isRead(extent)) return end;
    if (extent.kind === "fragment") {
      yield* this.#checkFragment(node, extent);
      return end;
    }
    let offset = start;
    while (offset < end) {
      if (this.#budget <= 0) {
        throw new UnsupportedFeature(
          `inode ${node.nid}: its content was not read, since the files before it claim far more than the image holds`,
          { nid: node.nid, offset },
        );
      }
      const length = yield* this.#view(node, offset, end);
      offset += length;
      this.bytes += length;
      this.#onBytes();
    }
    this.#remember(extent);
    // The clusters that came along.
    for (let at = end; at < offset;) {
      const map = yield* mapOf(this.#image, node);
      const next = map.find(at) ?? (yield* map.load(at));
      this.#remember(next);
      at = next.logical + next.length;
    }
    return offset;
  }

  #remember(extent: Extent): void {
    if (this.#read.size < MAX_REMEMBERED) this.#read.set(extent.physical, extent);
  }

  /** Reads on from `offset` over as many clusters as stand together, or, where one is damaged, to the extent's end. */
  *#view(node: Inode, offset: number, end: number): Reading<number> {
    const before = this.#image.clusterWork;
    let length = 0;
    try {
      try {
        length = (yield* readView(this.#image, node, offset, node.size - offset)).length;
      } catch {
        length = (yield* readView(this.#image, node, offset, end - offset)).length;
      }
      return length;
    } finally {
      // Clusters that do not decode cost as much as others.
      this.#budget -= Math.max(length, this.#image.clusterWork - before);
    }
  }

  #isRead(extent: Extent): boolean {
    const known = this.#read.get(extent.physical);
    return (
      known !== undefined &&
      known.length >= extent.length &&
      known.device === extent.device &&
      known.kind === extent.kind &&
      (extent.kind !== "compressed" ||
        (known.stored === extent.stored && known.algorithm === extent.algorithm))
    );
  }

  /** The bytes of a fragment are read with the packed inode. */
  *#checkFragment(node: Inode, extent: Extent): Reading<void> {
    const packed = yield* packedInode(this.#image);
    if (node.nid === packed.nid || extent.physical + extent.length > packed.size) {
      // Reading says what is wrong.
      yield* readView(this.#image, node, extent.logical + extent.length - 1, 1);
    }
  }
}
