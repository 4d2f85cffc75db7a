import { Cuts } from "./cuts.ts";
import type { SliceTable } from "./slice-table.ts";

/** A range of a file that stands elsewhere: in another file before it, or before it in the same one. */
export interface SharedRange {
  /** Inode index of the file that has it. */
  readonly owner: number;
  /** Where it begins there, bytes. */
  readonly offset: number;
}

/** A stretch of a file: it is stored by itself, or it is somewhere already. */
export interface Stretch {
  readonly offset: number;
  readonly length: number;
  readonly shared?: SharedRange | undefined;
}

/** What sharing costs and saves. */
export interface SharingLimits {
  /** Stretches are not shorter, bytes. */
  readonly shortest: number;
  /** A shared stretch has this many bytes for each cut that is made for it. */
  readonly worthCut: number;
}

/**
 * Which ranges of files stand in the image already. Files are cut at both ends of a range that others share, so that
 * clusters are shared as a whole: each is decoded from its first byte to its last one, whoever reads it.
 */
export class SharedRanges {
  readonly #cuts = new Map<number, Cuts>();
  /** By inode index, by offset there. */
  readonly #ranges = new Map<number, Map<number, SharedRange>>();
  /** Files whose last bytes are shared by others. */
  readonly #sharedEnds = new Set<number>();
  readonly #limits: SharingLimits;

  constructor(limits: SharingLimits) {
    this.#limits = limits;
  }

  /** The stretches of a file of `size` bytes, in order. */
  *stretchesOf(index: number, size: number): Generator<Stretch> {
    const cuts = this.#cuts.get(index);
    if (!cuts) {
      yield { offset: 0, length: size };
      return;
    }
    const ranges = this.#ranges.get(index);
    let offset = 0;
    for (const end of cuts.ends()) {
      yield { offset, length: end - offset, shared: ranges?.get(offset) };
      offset = end;
    }
  }

  /** Whether a file is made of stretches. */
  isCut(index: number): boolean {
    return this.#cuts.has(index);
  }

  /** Whether others share a file's last bytes. */
  isEndShared(index: number): boolean {
    return this.#sharedEnds.has(index);
  }

  /**
   * Shares the range of `length` bytes at `offset` of a file with one at `from.offset` of `from.owner`, which has it, or
   * as much of it as can be cut out of both, if that is worth its cuts. Answers what is shared: its place in the file.
   */
  share(
    file: { readonly index: number; readonly size: number },
    offset: number,
    length: number,
    from: SharedRange & { readonly size: number },
  ): { offset: number; end: number } | undefined {
    const { shortest, worthCut } = this.#limits;
    const own = this.#cuts.get(file.index) ?? new Cuts(file.size, shortest);
    const others =
      from.owner === file.index ? own : (this.#cuts.get(from.owner) ?? new Cuts(from.size, shortest));
    const distance = from.offset - offset;
    const start = fixpoint(offset, (at) => others.atOrAfter(own.atOrAfter(at) + distance) - distance);
    const end = fixpoint(
      offset + length,
      (at) => others.atOrBefore(own.atOrBefore(at) + distance) - distance,
    );
    if (start === undefined || end === undefined || end - start < shortest) return undefined;
    const gap = start - (end + distance);
    if (others === own && gap > 0 && gap < shortest) return undefined;
    let cuts = 0;
    for (const at of [start, end]) {
      if (!own.has(at)) cuts++;
      if (!others.has(at + distance)) cuts++;
    }
    if (end - start < cuts * worthCut) return undefined;
    for (const at of [start, end]) {
      own.add(at);
      others.add(at + distance);
    }
    this.#cuts.set(file.index, own);
    this.#cuts.set(from.owner, others);
    if (end + distance === from.size) this.#sharedEnds.add(from.owner);
    let ranges = this.#ranges.get(file.index);
    if (!ranges) this.#ranges.set(file.index, (ranges = new Map<number, SharedRange>()));
    ranges.set(start, { owner: from.owner, offset: start + distance });
    return { offset: start, end };
  }
}

/** Where `step` changes nothing any more, if it comes there soon. */
function fixpoint(value: number, step: (value: number) => number): number | undefined {
  for (let tries = 0; tries < 16; tries++) {
    const next = step(value);
    if (next === value) return value;
    value = next;
  }
  return undefined;
}

/**
 * Finds what files share by their slices, in the order of the table, and adds it to `ranges`. `isAlike` says which inodes are
 * compressed so much alike that they can have clusters in common. Each range is shared with the file that stores it, never with one that
 * shares it too.
 */
export function findSharedRanges(
  { files, firsts, ids, ends }: SliceTable,
  sizeOf: (index: number) => number,
  isAlike: (index: number, other: number) => boolean,
  ranges: SharedRanges,
): void {
  const count = firsts[files.length]!;
  /** By id the first slice that is stored, plus 1. */
  const homes = new Uint32Array(ids.subarray(0, count).reduce((most, id) => Math.max(most, id + 1), 0));
  /** By slice whether its file stores all of it. */
  const stored = new Uint8Array(count);
  const fileOf = (slice: number) => {
    let low = 0;
    let high = files.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (firsts[middle]! <= slice) low = middle;
      else high = middle;
    }
    return low;
  };
  const startOf = (slice: number, first: number) => (slice > first ? ends[slice - 1]! : 0);

  for (const [file, index] of files.entries()) {
    const first = firsts[file]!;
    const behind = firsts[file + 1]!;
    const size = sizeOf(index);
    let free = first; // The first slice that is not shared.
    for (let slice = first; slice < behind;) {
      const home = homes[ids[slice]!]! - 1;
      const owner = home < 0 ? 0 : fileOf(home);
      const run =
        home >= 0 && isAlike(index, files[owner]!)
          ? longestRun(
              { slice, free, behind },
              { slice: home, first: firsts[owner]!, behind: firsts[owner + 1]! },
              ids,
              stored,
            )
          : undefined;
      const start = run && startOf(run.from, first);
      const shared =
        run &&
        ranges.share({ index, size }, start!, ends[run.to - 1]! - start!, {
          owner: files[owner]!,
          offset: startOf(run.from - slice + home, firsts[owner]!),
          size: sizeOf(files[owner]!),
        });
      if (!shared) {
        for (const end = run?.to ?? slice + 1; slice < end; slice++) {
          stored[slice] = 1;
          if (homes[ids[slice]!] === 0) homes[ids[slice]!] = slice + 1;
        }
        continue;
      }
      // Slices that are shared in part are in nobody's way, but nobody finds them whole either.
      for (let i = slice - 1; i >= free && ends[i]! > shared.offset; i--) stored[i] = 0;
      while (slice < behind && startOf(slice, first) < shared.end) slice++;
      free = slice;
    }
  }
}

/**
 * How far the slices around two equal ones are equal too. Those of the second run must be stored; the runs may be in one file,
 * but not in each other. No answer where all are the same: what repeats itself in short is the compressors' own business.
 */
function longestRun(
  { slice, free, behind }: { slice: number; free: number; behind: number },
  home: { slice: number; first: number; behind: number },
  ids: Uint32Array,
  stored: Uint8Array,
): { from: number; to: number } | undefined {
  const distance = home.slice - slice;
  let from = slice;
  while (
    from > free &&
    from - 1 > home.slice &&
    from + distance > home.first &&
    stored[from + distance - 1] === 1 &&
    ids[from - 1] === ids[from + distance - 1]
  ) {
    from--;
  }
  let to = slice + 1;
  while (
    to < behind &&
    to + distance < home.behind &&
    to + distance < from &&
    stored[to + distance] === 1 &&
    ids[to] === ids[to + distance]
  ) {
    to++;
  }
  for (let i = from + 1; i < to; i++) if (ids[i] !== ids[from]) return { from, to };
  return undefined;
}
