/** A thread that checks the content of files, with an image of its own. */
import { openState } from "../open-state.ts";
import { loadDecoders } from "../private-decoders.ts";
import { runSync } from "../reading.ts";
import type { CheckThreadData } from "./check-threads.ts";
import { type ContentResult, type ContentWork, ContentWorker } from "./content-work.ts";
import { sourcesOf } from "./image-files.ts";
import { importPlugins } from "./plugins.ts";
import { serveGroup } from "./serve-group.ts";

await serveGroup<CheckThreadData, ContentWork, ContentResult>(async (data, answer) => {
  const { files, sizes, plugins, caches, shared, partBytes } = data;
  const decoders = await loadDecoders(await importPlugins(plugins));
  const sources = sourcesOf(files);
  const image = runSync(openState(sizes, { ...caches, decoders, verifyChecksum: false }), sources);
  const worker = new ContentWorker(image, sources, shared, partBytes);
  return {
    take(work) {
      worker.add(work);
      for (let result = worker.step(); result !== undefined; result = worker.step()) answer(result);
    },
  };
});
