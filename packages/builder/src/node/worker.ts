import { parentPort, workerData } from "node:worker_threads";
import type { Compressor } from "@erofs/compressor";
import { BuildError, ErofsError } from "@erofs/format";
import type { Job } from "../execute/jobs.ts";
import { JobRunner } from "../execute/run-job.ts";
import { nodeFiles } from "./file-access.ts";
import type { WorkerAnswer, WorkerSetup } from "./worker-pool.ts";

const { compressor, settings } = workerData as WorkerSetup;

async function load(module: string, name: string): Promise<Compressor> {
  const exported = (await import(module)) as Record<string, Compressor | undefined>;
  const found = exported[name] ?? exported["default"];
  if (found?.name !== name)
    throw new BuildError(`module ${module} exports no compressor "${name}"`, {}, "ENOENT");
  return found;
}

const runner = JobRunner.create(
  nodeFiles,
  compressor && (await load(compressor.module, compressor.name)),
  settings,
);

parentPort!.on("message", async (job: Job) => {
  let answer: WorkerAnswer;
  let transfer: ArrayBuffer[] = [];
  try {
    const result = (await runner).run(job);
    transfer = [result.bytes.buffer];
    answer = { result };
  } catch (error) {
    if (!(error instanceof ErofsError)) throw error;
    answer = { error: { code: error.code, message: error.message, path: error.path } };
  }
  parentPort!.postMessage(answer, transfer);
});
