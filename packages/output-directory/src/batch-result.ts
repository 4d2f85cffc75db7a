import type { FailureRecord } from "./failure.ts";
import type { Warning } from "./options.ts";

/** What became of a batch, or of a thread's share of a large file: whoever completes that counts it. */
export interface BatchResult {
  files: number;
  bytes: number;
  readonly failures: FailureRecord[];
  readonly warnings: Warning[];
}

/** A result of nothing yet. */
export function emptyResult(): BatchResult {
  return { files: 0, bytes: 0, failures: [], warnings: [] };
}
