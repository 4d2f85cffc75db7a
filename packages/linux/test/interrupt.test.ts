import { once } from "node:events";
import { closeSync, existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

import { describe, expect, it } from "vitest";
import { interruptThread } from "../src/interrupt.ts";
import { available } from "../src/libc.ts";
import { socketPair } from "../src/socket.ts";

const built = fileURLToPath(new URL("../dist/index.js", import.meta.url));

/** Waits for ever in read(2), until a call says EINTR. */
const program = `
import { parentPort, workerData } from "node:worker_threads";
const { allocateScratch, interruptibleThread, readDescriptor } = await import(workerData.built);
const { address } = allocateScratch(8);
parentPort.postMessage(interruptibleThread());
parentPort.postMessage(readDescriptor(workerData.fd, address, 8));
`;

describe.skipIf(!available() || !existsSync(built))("interruptThread (needs Linux and a build)", () => {
  it("gets a thread out of a call that waits", async () => {
    const [ours, theirs] = socketPair();
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), {
      workerData: { built: pathToFileURL(built).href, fd: ours },
      execArgv: [],
    });
    const [thread] = (await once(worker, "message")) as [number];
    const timer = setInterval(() => interruptThread(thread), 20);
    const [result] = (await once(worker, "message")) as [number];
    clearInterval(timer);
    expect(result).toBe(-4);
    await once(worker, "exit");
    // Gone: nothing happens.
    interruptThread(thread);
    closeSync(ours);
    closeSync(theirs);
  });
});
