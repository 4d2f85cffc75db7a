/** A thread that writes regular files, with an image handle of its own. */
import { parentPort, workerData } from "node:worker_threads";
import { loadDecoders, openSync } from "@erofs/reader";
import { fileSource } from "@erofs/reader/node";
import { FileWriter } from "./file-writer.ts";
import { LargeFileWriter } from "./large-file-writer.ts";
import { importPlugins } from "./plugins.ts";
import { type ThreadData, type ThreadMessage, claim } from "./thread-protocol.ts";

const { imageFile, plugins, settings, stop } = workerData as ThreadData;
const port = parentPort!;
const stopCell = new Int32Array(stop);
const image = openSync(fileSource(imageFile.path, { offset: imageFile.offset ?? 0 }), {
  decoders: await loadDecoders(await importPlugins(plugins)),
  devices: (imageFile.devices ?? []).map((path) => fileSource(path)),
});
const files = new FileWriter(image, settings);
const largeFiles = new LargeFileWriter(image, settings);
const stopped = (): boolean => Atomics.load(stopCell, 0) !== 0;

port.on("message", (message: ThreadMessage) => {
  if (message === "end") {
    image.close();
    port.close();
  } else if ("file" in message) {
    const parts = largeFiles.write(message, stopped);
    let part = parts.next();
    while (part.done !== true) part = parts.next();
    if (part.value !== undefined) port.postMessage(part.value);
  } else if (claim(message)) {
    port.postMessage(files.writeBatch(message.batch, stopped));
  }
});
