import { threadStart } from "@erofs/format";
import { ThreadGroup } from "@erofs/reader/node";
import type { BatchResult } from "./batch-result.ts";
import type { SharedWork, ThreadData } from "./thread-protocol.ts";

const start = threadStart(import.meta.url, "./extract-worker.js", process.execArgv);

/**
 * Starts threads that write files. After an error they end without more files, but with those that they are at: one that
 * is made to end leaves half a file.
 * @param onResult called for each batch that a thread has done, and each large file it had a part in; what it throws stops all
 */
export function startThreads(
  count: number,
  data: ThreadData,
  onResult: (result: BatchResult) => void,
): ThreadGroup<SharedWork, BatchResult> {
  const stop = new Int32Array(data.stop);
  return new ThreadGroup({
    count,
    start,
    // A large file may be opened by one thread and closed by another. Node would close it again when the first ends,
    // or what has got its number since.
    workerOptions: { trackUnmanagedFds: false },
    data,
    onResult,
    onError: () => Atomics.store(stop, 0, 1),
  });
}
