/** A thread that writes regular files, with an image handle of its own. */
import { parentPort, workerData } from "node:worker_threads";
import { openSync } from "@erofs/reader";
import { fileSource } from "@erofs/reader/node";
import { FileWriter } from "./file-writer.ts";
import { type ThreadData, type ThreadMessage, claim } from "./thread-protocol.ts";

const { imageFile, settings, stop } = workerData as ThreadData;
const port = parentPort!;
const stopCell = new Int32Array(stop);
const image = openSync(fileSource(imageFile.path, { offset: imageFile.offset ?? 0 }), {
  devices: (imageFile.devices ?? []).map((path) => fileSource(path)),
});
const writer = new FileWriter(image, settings);

port.on("message", (message: ThreadMessage) => {
  if (message === "end") {
    image.close();
    port.close();
    return;
  }
  if (claim(message))
    port.postMessage(writer.writeBatch(message.batch, () => Atomics.load(stopCell, 0) !== 0));
});
