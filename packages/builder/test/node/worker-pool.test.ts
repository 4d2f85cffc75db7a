import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { lz4 } from "@erofs/lz4-wasm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { PieceList } from "../../src/execute/pieces.ts";
import { startWorkers } from "../../src/node.ts";

const dist = new URL("../../dist/", import.meta.url);
const built = existsSync(fileURLToPath(dist));

afterEach(() => vi.restoreAllMocks());

function fillJob(content: Uint8Array) {
  const pieces = new PieceList();
  pieces.add({ kind: "memory", bytes: content }, content.length, 0, content.length, 0);
  return { kind: "fill", pieces: pieces.take(), bytes: new Uint8Array(content.length) } as const;
}

describe("startWorkers", () => {
  it("fails a job for a worker that ended while it had none", async () => {
    const compressor = { ...lz4, module: "data:text/javascript,process.exit(3)" };
    const executor = await startWorkers({ compressor, workers: 1 });
    await delay(500);
    await expect(executor.run(fillJob(new Uint8Array(1)))).rejects.toMatchObject({
      code: "ECHILD",
      message: expect.stringContaining("exited with code 3"),
    });
    await executor.close();
  });

  it("sends a worker the bytes of its job, not the buffer that they are part of", async () => {
    const sent = vi.spyOn(Worker.prototype, "postMessage");
    const executor = await startWorkers({ workers: 1 });
    const whole = new Uint8Array(1 << 20).fill(7);
    const { bytes } = await executor.run(fillJob(whole.subarray(100, 200)));
    await executor.close();
    expect(bytes).toEqual(new Uint8Array(100).fill(7));
    const job = sent.mock.calls[0]![0] as ReturnType<typeof fillJob>;
    expect(job.pieces.memory.map(({ buffer }) => buffer.byteLength)).toEqual([100]);
    expect(whole.length).toBe(1 << 20);
  });

  it.skipIf(!built).each([
    ["--max-old-space-size=300", "--expose-gc"],
    ["--max-old-space-size=300", "--input-type=module"],
  ])("works whatever options Node has: %s %s (needs a build)", (...options) => {
    const script = `Promise.all(["node.js", "execute/pieces.js"].map((path) => import("${dist.href}" + path)))
      .then(async ([{ startWorkers }, { PieceList }]) => {
        const executor = await startWorkers({ workers: 1 });
        const pieces = new PieceList();
        pieces.add({ kind: "memory", bytes: Uint8Array.of(7) }, 1, 0, 1, 0);
        const job = { kind: "fill", pieces: pieces.take(), bytes: new Uint8Array(1) };
        console.log((await executor.run(job)).bytes);
        await executor.close();
      });`;
    const output = execFileSync(process.execPath, [...options, "-e", script], { encoding: "utf8" });
    expect(output).toBe("Uint8Array(1) [ 7 ]\n");
  });
});
