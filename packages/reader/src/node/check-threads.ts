import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { threadStart } from "@erofs/format";
import type { OpenOptions } from "../image-state.ts";
import type { ContentResult, ContentWork, SharedCheck } from "./content-work.ts";
import type { OpenFiles } from "./image-files.ts";
import type { Plugin } from "./plugins.ts";
import { ThreadGroup } from "./thread-group.ts";

/** What a thread is started with. */
export interface CheckThreadData {
  readonly files: OpenFiles;
  /** As the starting thread found them: files may grow. */
  readonly sizes: readonly number[];
  readonly plugins: readonly Plugin[];
  readonly caches: Pick<OpenOptions, "cacheBytes" | "clusterBytes">;
  readonly shared: SharedCheck;
  readonly partBytes: number;
}

const start = threadStart(import.meta.url, "./check-worker.js", process.execArgv);

/** Whether there is anything that threads can run: a test on sources may come before a build. */
export function canHaveThreads(): boolean {
  return existsSync(fileURLToPath(start.url));
}

/**
 * Starts threads that check content. One that fails or dies ends them all.
 * @param onResult called with what they have done; what it throws counts as an error of theirs
 */
export function startCheckThreads(
  count: number,
  data: CheckThreadData,
  onResult: (result: ContentResult) => void,
): ThreadGroup<ContentWork, ContentResult> {
  const group: ThreadGroup<ContentWork, ContentResult> = new ThreadGroup({
    count,
    start,
    data,
    onResult,
    onError: () => void group.close(),
  });
  return group;
}
