import type { ByteString, Inode } from "@erofs/format";
import { type Content, withPath } from "../check/check.ts";
import type { PartOutcome } from "../check/file-outcome.ts";
import type { FaultList } from "../check/report.ts";
import type { Reading } from "../reading.ts";
import {
  type ContentResult,
  type ContentWork,
  type LargeFile,
  largeFile,
  outcomeOf,
  partsTaken,
  type SharedCheck,
} from "./content-work.ts";

/** Small files that one thread checks in one go, so that signals are heard and threads end at about the same time. */
const BATCH_FILES = 256;
const BATCH_BYTES = 4 << 20;

/** Some small files, and where their faults belong. */
interface Batch {
  readonly nids: number[];
  readonly paths: ByteString[];
  readonly places: number[];
  bytes: number;
}

/** A large file, with what is known of its parts. */
interface Large {
  readonly work: LargeFile;
  readonly path: ByteString;
  readonly place: number;
  readonly parts: PartOutcome[];
}

/** Content that is handed out as work, whose results come when they come. */
export class HandedOutContent implements Content {
  readonly #check: HandedOutCheck;
  readonly #hand: (work: ContentWork) => void;
  #works = 0;
  #batch = emptyBatch();
  /** What was handed out, until it is known what came of it. */
  readonly #batches = new Map<number, Batch>();
  /** In the order of their indexes. */
  readonly #large = new Map<number, Large>();

  constructor(check: HandedOutCheck, hand: (work: ContentWork) => void) {
    this.#check = check;
    this.#hand = hand;
  }

  // oxlint-disable-next-line require-yield
  *check(path: ByteString, { nid, size }: Inode, place: number): Reading<void> {
    if (size === 0) return;
    if (size >= 2 * this.#check.partBytes) {
      // In the order of the walk, so that what it has seen is checked soon.
      this.endBatch();
      const work = largeFile(nid);
      this.#large.set(this.#works++, { work, path, place, parts: [] });
      this.#hand(work);
      return;
    }
    const batch = this.#batch;
    batch.nids.push(nid);
    batch.paths.push(path);
    batch.places.push(place);
    batch.bytes += size;
    if (batch.nids.length >= BATCH_FILES || batch.bytes >= BATCH_BYTES) this.endBatch();
  }

  /** Hands out the files that wait for more to come. */
  endBatch(): void {
    const batch = this.#batch;
    if (batch.nids.length === 0) return;
    this.#batch = emptyBatch();
    this.#batches.set(this.#works++, batch);
    this.#hand({ kind: "files", nids: Float64Array.from(batch.nids) });
  }

  take({ index, bytes, faults, part }: ContentResult): void {
    const { faults: found, onBytes } = this.#check;
    const batch = this.#batches.get(index);
    if (batch !== undefined) {
      this.#batches.delete(index);
      for (const [i, each] of faults) found.insert(batch.places[i]!, withPath(each, batch.paths[i]!));
    } else {
      const large = this.#large.get(index);
      // Of a file that is over without this part.
      if (large === undefined) return;
      large.parts.push(part!);
    }
    onBytes(bytes);
    this.#endLarge(false);
  }

  /** Once there are no more results to come. */
  end(): void {
    this.#endLarge(true);
  }

  /** Settles the large files whose parts are all there. */
  #endLarge(isEnd: boolean): void {
    const { shared, faults, onBytes } = this.#check;
    for (const [index, { work, path, place, parts }] of this.#large) {
      if (!isEnd && partsTaken(index, work, shared) !== parts.length) return;
      this.#large.delete(index);
      const outcome = outcomeOf(parts);
      faults.insert(place, withPath(outcome.faults, path));
      // Parts behind a place where the file is over had better not been looked at.
      const seen = parts.reduce((sum, { bytes }) => sum + bytes, 0);
      if (seen !== outcome.bytes) onBytes(outcome.bytes - seen);
    }
  }
}

/** What the check is that content is handed out for. */
interface HandedOutCheck {
  readonly faults: FaultList;
  readonly onBytes: (bytes: number) => void;
  readonly shared: SharedCheck;
  readonly partBytes: number;
}

function emptyBatch(): Batch {
  return { nids: [], paths: [], places: [], bytes: 0 };
}
