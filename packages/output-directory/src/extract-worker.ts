/** A thread that writes regular files, with an image handle of its own. */
import { loadDecoders, openSync } from "@erofs/reader";
import { fileSource, importPlugins, serveGroup } from "@erofs/reader/node";
import type { BatchResult } from "./batch-result.ts";
import { FileWriter } from "./file-writer.ts";
import { LargeFileWriter } from "./large-file-writer.ts";
import { type SharedWork, type ThreadData, claim } from "./thread-protocol.ts";

await serveGroup<ThreadData, SharedWork, BatchResult>(async (data, answer) => {
  const { imageFile, plugins, settings, stop } = data;
  const stopCell = new Int32Array(stop);
  const image = openSync(fileSource(imageFile.path, { offset: imageFile.offset ?? 0 }), {
    decoders: await loadDecoders(await importPlugins(plugins)),
    devices: (imageFile.devices ?? []).map((path) => fileSource(path)),
  });
  const files = new FileWriter(image, settings);
  const largeFiles = new LargeFileWriter(image, settings);
  const stopped = (): boolean => Atomics.load(stopCell, 0) !== 0;
  return {
    take(work) {
      if ("file" in work) {
        const parts = largeFiles.write(work, stopped);
        let part = parts.next();
        while (part.done !== true) part = parts.next();
        if (part.value !== undefined) answer(part.value);
      } else if (claim(work)) {
        answer(files.writeBatch(work.batch, stopped));
      }
    },
    end: () => image.close(),
  };
});
