import { setImmediate as nextTurn } from "node:timers/promises";
import { type CheckOptions, TreeCheck } from "../check/check.ts";
import type { CheckReport } from "../check/report.ts";
import type { ImageState } from "../image-state.ts";
import type { SyncSource } from "../sources/source.ts";
import { startCheckThreads } from "./check-threads.ts";
import { ContentWorker, shareCheck } from "./content-work.ts";
import { HandedOutContent } from "./handed-out-content.ts";
import type { OpenFiles } from "./image-files.ts";
import { runInTurns } from "./in-turns.ts";
import type { Plugin } from "./plugins.ts";

interface ThreadedCheck {
  readonly image: ImageState;
  readonly files: OpenFiles;
  /** The files as this thread reads them. */
  readonly sources: readonly SyncSource[];
  readonly plugins: readonly Plugin[];
  readonly options: CheckOptions;
  /** This one included. */
  readonly threads: number;
  readonly partBytes: number;
}

/** Work that waits for each thread, at most; then the thread that walks the tree takes part in it. */
const WAITING = 8;

/** Checks an image: this thread walks the tree, and looks at content with the others when it is far ahead, or done. */
export async function checkInThreads(check: ThreadedCheck): Promise<CheckReport> {
  const { image, files, sources, plugins, options, partBytes } = check;
  const { cacheBytes, clusterBytes } = options;
  const caches = {
    ...(cacheBytes === undefined ? {} : { cacheBytes }),
    ...(clusterBytes === undefined ? {} : { clusterBytes }),
  };
  const shared = shareCheck(image);
  const worker = new ContentWorker(image, sources, shared, partBytes);
  let content!: HandedOutContent;
  const data = { files, sizes: image.devices.sizes, plugins, caches, shared, partBytes };
  const threads = startCheckThreads(check.threads - 1, data, (result) => content.take(result));
  const checking = new TreeCheck(image, options, (faults, onBytes) => {
    content = new HandedOutContent({ faults, onBytes, shared, partBytes }, (work) => {
      worker.add(work);
      threads.add(work);
    });
    return content;
  });

  /** Does some of the work, if there is any left. */
  function step(): boolean {
    threads.throwError();
    const result = worker.step();
    if (result !== undefined) content.take(result);
    return result !== undefined;
  }

  function help(): boolean {
    threads.throwError();
    return worker.waiting > WAITING * check.threads && step();
  }

  try {
    await runInTurns(checking.run(), sources, help);
    content.endBatch();
    while (step()) await nextTurn();
    await threads.finish();
  } finally {
    await threads.close();
  }
  content.end();
  return checking.report();
}
