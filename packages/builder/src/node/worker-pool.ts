import { Worker } from "node:worker_threads";
import type { Compressor } from "@erofs/compressor";
import { BuildError, ErofsError } from "@erofs/format";
import type { Executor, Job, ResultOf } from "../execute/jobs.ts";
import { type CompressSettings, JobRunner } from "../execute/run-job.ts";
import { nodeFiles } from "./file-access.ts";

/** What a worker is started with; see worker.ts. */
export interface WorkerSetup {
  /** The compressor's module and name: functions cannot cross to a worker, so it imports them. */
  readonly compressor: { readonly module: string; readonly name: string } | undefined;
  readonly settings: CompressSettings;
}

/** What a worker answers to each job, in the order of the jobs. */
export type WorkerAnswer =
  | { readonly result: ResultOf[Job["kind"]] }
  | { readonly error: { code: string; message: string; path?: string | undefined } };

/** An `Executor` that has something to end. */
export interface ClosableExecutor extends Executor {
  close(): Promise<void>;
}

/** A module as built where this is its source: workers cannot import TypeScript on every Node that we run on. */
function asBuilt(url: string): string {
  return url.replace(/\/src\/(.*)\.ts$/, "/dist/$1.js");
}

const workerModule = new URL("./worker.js", asBuilt(import.meta.url));
/** Options of Node's that lead to sources are not for what is built. */
const workerOptions = import.meta.url.endsWith(".ts") ? { execArgv: [] } : {};

/** One job is worked on, others wait at the worker: it does not idle while an older job of another one is awaited. */
const jobsPerWorker = 4;

interface Pending {
  resolve(result: never): void;
  reject(error: Error): void;
}

/** Bytes that are alone in their buffer: a view crosses to a worker together with all of the buffer behind it. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

class WorkerPool implements ClosableExecutor {
  readonly #workers: { worker: Worker; pending: Pending[] }[];
  #failure: Error | undefined;

  constructor(count: number, setup: WorkerSetup) {
    this.#workers = Array.from({ length: count }, () => {
      const worker = new Worker(workerModule, { ...workerOptions, workerData: setup });
      const pending: Pending[] = [];
      worker.on("message", (answer: WorkerAnswer) => {
        const { resolve, reject } = pending.shift()!;
        if ("result" in answer) resolve(answer.result as never);
        else reject(new BuildError(answer.error.message, { path: answer.error.path }, answer.error.code));
      });
      worker.on("error", (error) => this.#fail(error));
      // An idle one, too: it would never answer the next job.
      worker.on("exit", (code) => this.#fail(new Error(`it exited with code ${code}`)));
      return { worker, pending };
    });
  }

  get concurrency(): number {
    return this.#workers.length * jobsPerWorker;
  }

  run<J extends Job>(job: J): Promise<ResultOf[J["kind"]]> {
    if (this.#failure) return Promise.reject(this.#failure);
    const idlest = this.#workers.reduce((a, b) => (b.pending.length < a.pending.length ? b : a));
    return new Promise((resolve, reject) => {
      idlest.pending.push({ resolve, reject });
      const memory = job.pieces.memory.map(ownBytes);
      idlest.worker.postMessage(
        { ...job, pieces: { ...job.pieces, memory } },
        job.kind === "fill" ? [job.bytes.buffer] : [],
      );
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(({ worker }) => worker.terminate()));
  }

  /** A worker that died takes the build with it: its jobs are lost, and what killed it may do so again. */
  #fail(cause: Error): void {
    this.#failure ??=
      cause instanceof ErofsError
        ? cause
        : new BuildError(`a worker died: ${cause.message}`, { cause }, "ECHILD");
    for (const { pending } of this.#workers) {
      for (const { reject } of pending.splice(0)) reject(this.#failure);
    }
  }
}

export interface ExecutorOptions {
  readonly compressor: Compressor | undefined;
  readonly settings: CompressSettings;
  /** Threads beside this one; 0 does all the work on this one. */
  readonly workers: number;
}

/**
 * Threads for the jobs of builds with these settings. They take some 40 ms to start, so start them before the
 * tree is read. A compressor that does not say its module runs on this thread.
 */
export async function createExecutor(options: ExecutorOptions): Promise<ClosableExecutor> {
  const { compressor, workers } = options;
  const { settings } = options;
  if (workers > 0 && (!compressor || compressor.module)) {
    return new WorkerPool(workers, {
      compressor: compressor?.module
        ? { module: asBuilt(compressor.module), name: compressor.name }
        : undefined,
      settings,
    });
  }
  const runner = await JobRunner.create(nodeFiles, compressor, settings);
  return {
    concurrency: 1,
    run: async (job) => runner.run(job),
    close: async () => {},
  };
}
