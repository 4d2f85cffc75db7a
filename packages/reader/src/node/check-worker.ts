/** A thread that checks the content of files, with an image of its own. */
import { parentPort, workerData } from "node:worker_threads";
import { ErofsError, failureReason } from "@erofs/format";
import { openState } from "../image-state.ts";
import { loadDecoders } from "../private-decoders.ts";
import { runSync } from "../reading.ts";
import type { CheckThreadAnswer, CheckThreadData, CheckThreadMessage } from "./check-threads.ts";
import { ContentWorker } from "./content-work.ts";
import { sourcesOf } from "./image-files.ts";
import { importPlugins } from "./plugins.ts";

const { files, sizes, plugins, caches, shared, partBytes } = workerData as CheckThreadData;
const port = parentPort!;

try {
  const decoders = await loadDecoders(await importPlugins(plugins));
  const sources = sourcesOf(files);
  const image = runSync(openState(sizes, { ...caches, decoders, verifyChecksum: false }), sources);
  const worker = new ContentWorker(image, sources, shared, partBytes);
  port.on("message", (message: CheckThreadMessage) => {
    try {
      take(message, worker);
    } catch (error) {
      fail(error);
    }
  });
} catch (error) {
  fail(error);
}

function take(message: CheckThreadMessage, worker: ContentWorker): void {
  if (message === "end") {
    answer("done");
    port.close();
    return;
  }
  worker.add(message);
  for (let result = worker.step(); result !== undefined; result = worker.step()) answer(result);
}

/** Ends the thread. Errors would lose their class on the way; those that nobody foresaw kill it. */
function fail(error: unknown): void {
  const system = failureReason(error);
  if (system !== undefined) {
    answer({ code: system.code, message: `cannot read the image: ${system.reason} (${system.code})` });
  } else if (error instanceof ErofsError) {
    answer({ code: error.code, message: error.message });
  } else {
    throw error;
  }
  port.close();
}

function answer(message: CheckThreadAnswer): void {
  port.postMessage(message);
}
