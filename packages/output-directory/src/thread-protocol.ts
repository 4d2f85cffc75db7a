import type { ImageFile, Plugin } from "@erofs/reader/node";
import type { FileBatch } from "./plan.ts";
import type { WriteSettings } from "./settings.ts";
import type { SharedFile } from "./shared-file.ts";

/** What a thread is started with. */
export interface ThreadData {
  readonly imageFile: ImageFile;
  readonly plugins: readonly Plugin[];
  readonly settings: WriteSettings;
  /** One i32: not 0 once everybody is to stop. */
  readonly stop: SharedArrayBuffer;
}

/**
 * Work for whoever comes first. All batches go to all threads, and each is done by the one that claims it: so the
 * planning thread, which is busy, need not hand them out.
 */
export interface SharedBatch {
  readonly batch: FileBatch;
  /** One i32: 0 until the batch is claimed. */
  readonly claim: SharedArrayBuffer;
}

/** Regular files to be written. */
export type SharedWork = SharedBatch | SharedFile;

/** A new batch that nobody has claimed. */
export function shareBatch(batch: FileBatch): SharedBatch {
  return { batch, claim: new SharedArrayBuffer(4) };
}

/** Whether the caller is the one to do this batch. */
export function claim(shared: SharedBatch): boolean {
  return Atomics.exchange(new Int32Array(shared.claim), 0, 1) === 0;
}
