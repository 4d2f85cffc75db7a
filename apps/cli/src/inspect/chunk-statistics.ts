import { chunkCount, chunkSizeOf, type Inode } from "@erofs/format";
import type { ExtentInfo } from "@erofs/reader";

import type { Image } from "../image/open-image.ts";
import { formatTable } from "../terminal/table.ts";
import { formatCount, formatPercent, formatSize } from "../terminal/units.ts";

/** What chunks have on one device, in bytes of whole blocks. */
interface DeviceTally {
  /** Of all chunks that point there. */
  readonly content: number;
  /** Of blocks that at least one points to. */
  readonly stored: number;
}

/** Of all files that are made of chunks. */
export interface ChunkStatistics {
  readonly files: number;
  /** Entries of their tables, and how many of these are holes. */
  readonly chunks: number;
  readonly holes: number;
  /** By the number of the device, 0 being the image. */
  readonly devices: ReadonlyMap<number, DeviceTally>;
}

/** Places on one device, as pairs of their first byte and the first one behind them. */
class Places {
  #bounds = new Float64Array(64);
  #used = 0;

  add(start: number, end: number): void {
    if (this.#used === this.#bounds.length) {
      const larger = new Float64Array(2 * this.#used);
      larger.set(this.#bounds);
      this.#bounds = larger;
    }
    this.#bounds[this.#used++] = start;
    this.#bounds[this.#used++] = end;
  }

  tally(): DeviceTally {
    // Where places begin and end, each sorted, tells where at least one is: no pair need be kept together.
    const count = this.#used / 2;
    const starts = Float64Array.from({ length: count }, (_, i) => this.#bounds[2 * i]!).toSorted();
    const ends = Float64Array.from({ length: count }, (_, i) => this.#bounds[2 * i + 1]!).toSorted();
    let content = 0;
    let stored = 0;
    let from = 0;
    for (let i = 0; i < count; i++) {
      content += ends[i]! - starts[i]!;
      if (i + 1 < count && starts[i + 1]! < ends[i]!) continue;
      stored += ends[i]! - starts[from]!;
      from = i + 1;
    }
    return { content, stored };
  }
}

/** Adds up what files are made of, one after the other. */
export class ChunkTally {
  readonly #image: Image;
  readonly #places = new Map<number, Places>();
  #files = 0;
  #chunks = 0;
  #holes = 0;

  constructor(image: Image) {
    this.#image = image;
  }

  add({ chunkFormat, size }: Inode, extents: readonly ExtentInfo[]): void {
    const { blockSize, superblock } = this.#image;
    const chunkSize = chunkSizeOf(chunkFormat, superblock.blockSizeBits);
    this.#files++;
    this.#chunks += chunkCount(chunkFormat, superblock.blockSizeBits, size);
    for (const { length, physical } of extents) {
      if (physical === undefined) {
        this.#holes += Math.ceil(length / chunkSize);
        continue;
      }
      const { device, offset } = physical;
      let places = this.#places.get(device);
      if (places === undefined) this.#places.set(device, (places = new Places()));
      places.add(offset, offset + Math.ceil(length / blockSize) * blockSize);
    }
  }

  result(): ChunkStatistics {
    const devices = new Map(
      [...this.#places].toSorted(([a], [b]) => a - b).map(([device, places]) => [device, places.tally()]),
    );
    return { files: this.#files, chunks: this.#chunks, holes: this.#holes, devices };
  }
}

/** A table of devices and a line, or nothing where no file is made of chunks. */
export function chunkLines({ files, chunks, holes, devices }: ChunkStatistics): string[] {
  if (files === 0) return [];
  const rows = [...devices].map(([device, { content, stored }]) => [
    device === 0 ? "image" : `device ${device}`,
    formatSize(content),
    formatSize(stored),
    formatPercent(stored, content),
  ]);
  const table = formatTable(
    [["Chunks on", "content", "stored", "ratio"], ...rows],
    ["left", "right", "right", "right"],
  );
  const counts = `${formatCount(chunks)} chunks in ${formatCount(files)} files, ${formatCount(holes)} of them holes`;
  return ["", ...(rows.length === 0 ? [] : table), `${counts}`];
}

/** The same for programs. */
export function chunksForJson({ devices, ...counts }: ChunkStatistics): object {
  return { ...counts, devices: [...devices].map(([device, tally]) => ({ device, ...tally })) };
}
