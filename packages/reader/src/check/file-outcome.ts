import type { Fault } from "./report.ts";

/** A file with as many faults is not looked at any further than the part that they are in. */
export const MAX_FAULTS = 16;

/** What became of a part of a file. */
export interface PartOutcome {
  /** Where in the file the part begins. */
  readonly start: number;
  /** Of those of its bytes that are sound. */
  readonly bytes: number;
  readonly faults: readonly Fault[];
  /** Whether nothing can be said of what is behind it. */
  readonly isLast: boolean;
}

/** What became of a file, part by part: the same, whoever has looked at the parts, and at however many. */
export class FileOutcome {
  bytes = 0;
  readonly faults: Fault[] = [];
  isOver = false;

  /** Adds the next part. */
  add({ bytes, faults, isLast }: PartOutcome): void {
    if (this.isOver) return;
    this.bytes += bytes;
    this.faults.push(...faults);
    this.isOver = isLast || this.faults.length >= MAX_FAULTS;
  }
}
