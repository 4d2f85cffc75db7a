import { parentPort, workerData } from "node:worker_threads";
import type { Compressor } from "@erofs/compressor";
import { ErofsError } from "@erofs/format";
import { CompressorFailure } from "../execute/compressor-failure.ts";
import { Cutters, type WorkSettings } from "../execute/cutters.ts";
import type { Job, ResultOf } from "../execute/jobs.ts";
import { JobRunner, type Work } from "../execute/run-job.ts";
import { Watch } from "../execute/watch.ts";
import { nodePlatform } from "./platform.ts";

/** What a worker is started with. */
export interface WorkerSetup {
  readonly work: WorkSettings;
  /** Of each compression: functions cannot cross to a worker, so it imports them. */
  readonly compressors: readonly { readonly module: string; readonly name: string }[];
  /** Memory of its `Watch`. */
  readonly watched: SharedArrayBuffer;
}

/** What a worker answers to each job, in the order of the jobs. */
export type WorkerAnswer = { readonly result: ResultOf[Job["kind"]] } | { readonly error: AnsweredError };

type AnsweredError =
  | { readonly code: string; readonly message: string; readonly path: string | undefined }
  | Pick<CompressorFailure, "code" | "compressor" | "how" | "piece">;

const { work, compressors, watched } = workerData as WorkerSetup;

async function load(index: number): Promise<Compressor> {
  const { module, name } = compressors[index]!;
  const exported = (await import(module)) as Record<string, Compressor | undefined>;
  const found = Object.values(exported).find((compressor) => compressor?.name === name);
  if (!found) throw new Error(`module ${module} exports no compressor of this name`);
  return found;
}

const watch = new Watch(watched);
const cutters = new Cutters(work, load, watch);
const runner = new JobRunner(nodePlatform, work, cutters, watch);

// The usual ones are made before they are needed; where that fails, the job that needs them tells.
const usual = work.auto?.candidates ?? work.compressions.slice(0, 1).map((_, index) => index);
cutters.prepare(usual).catch(() => {});

function answeredError(error: ErofsError): AnsweredError {
  const { code, message, path } = error;
  if (!(error instanceof CompressorFailure)) return { code, message, path };
  const { compressor, how, piece } = error;
  return { code, compressor, how, piece };
}

parentPort!.on("message", async (job: Work) => {
  let answer: WorkerAnswer;
  let transfer: ArrayBuffer[] = [];
  try {
    const result = await runner.run(job);
    if ("bytes" in result) transfer = [result.bytes.buffer];
    answer = { result };
  } catch (error) {
    if (!(error instanceof ErofsError)) throw error;
    answer = { error: answeredError(error) };
  }
  parentPort!.postMessage(answer, transfer);
});
