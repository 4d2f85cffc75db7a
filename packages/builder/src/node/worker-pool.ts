import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Compressor } from "@erofs/compressor";
import { BuildError, threadDeath, threadStart } from "@erofs/format";
import { CompressorFailure, withPath } from "../execute/compressor-failure.ts";
import type { WorkSettings } from "../execute/cutters.ts";
import type { Executor, Job, ResultOf } from "../execute/jobs.ts";
import { Watch, watchSize } from "../execute/watch.ts";
import type { WorkerAnswer, WorkerSetup } from "./worker.ts";

/** An `Executor` that has something to end. */
export interface ClosableExecutor extends Executor {
  close(): Promise<void>;
}

const isSource = import.meta.url.endsWith(".ts");
const start = threadStart(import.meta.url, "./worker.js", process.execArgv);

/** A compressor's module as built, where this is a test on sources: workers run no TypeScript. */
function asBuilt(url: string): string {
  const built = isSource ? url.replace(/^(.*)\/src\/(.*)\.ts$/, "$1/dist/$2.js") : url;
  return built === url || !existsSync(fileURLToPath(built)) ? url : built;
}

/** One job is worked on, another waits at the worker, which need not idle until the next one comes. */
const jobsPerWorker = 2;
/** Jobs for each worker that are worth having under way: results are used in their order, and some take longer. */
const jobsUnderWay = 4;

/** The longest time between looks at compressors that do not return, milliseconds. */
const longestInterval = 1000;

interface Task {
  readonly job: Job;
  resolve(result: never): void;
  reject(error: unknown): void;
}

interface Member {
  readonly worker: Worker;
  readonly watch: Watch;
  /** In the order of the worker's answers. */
  readonly tasks: Task[];
  /** What was last seen of it, and for how many looks. */
  lastCount: number;
  looks: number;
}

/** Bytes that are alone in their buffer: a view crosses to a worker together with all of the buffer behind it. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

export interface PoolOptions {
  readonly work: WorkSettings;
  /** Of the compressions; each has a module. */
  readonly compressors: readonly Compressor[];
  readonly workers: number;
  /** Seconds that a compressor may be inside one call. */
  readonly pluginTimeout: number;
}

/** Threads for jobs. A worker that dies takes the build with it: its jobs are lost, and what killed it may do so again. */
export class WorkerPool implements ClosableExecutor {
  readonly #options: PoolOptions;
  readonly #members: Member[];
  /** What no worker has yet. */
  readonly #waiting: Task[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #interval: number;
  #failure: Error | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    const compressors = options.compressors.map(({ module, name }) => ({ module: asBuilt(module!), name }));
    this.#members = Array.from({ length: options.workers }, () => {
      const watched = new SharedArrayBuffer(watchSize);
      const workerData: WorkerSetup = { work: options.work, compressors, watched };
      const worker = new Worker(start.url, { ...start.options, workerData });
      const member: Member = { worker, watch: new Watch(watched), tasks: [], lastCount: 0, looks: 0 };
      worker.on("message", (answer: WorkerAnswer) => this.#take(member, answer));
      worker.on("error", (error) => this.#fail(this.#death(member, error)));
      // An idle one, too: it would never answer the next job.
      worker.on("exit", (code) => this.#fail(this.#death(member, `it exited with code ${code}`)));
      return member;
    });
    this.#interval = Math.min(longestInterval, 250 * options.pluginTimeout);
    this.#timer = setInterval(() => this.#look(), this.#interval).unref();
  }

  get concurrency(): number {
    return this.#members.length * jobsUnderWay;
  }

  run<J extends Job>(job: J): Promise<ResultOf[J["kind"]]> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()));
  }

  /** Gives waiting jobs to workers that have room. */
  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const member = this.#members.reduce((a, b) => (b.tasks.length < a.tasks.length ? b : a));
      if (member.tasks.length >= jobsPerWorker) return;
      const task = this.#waiting.shift()!;
      member.tasks.push(task);
      const { pathOf: _, ...work } = task.job;
      const memory = work.pieces.memory.map(ownBytes);
      member.worker.postMessage(
        { ...work, pieces: { ...work.pieces, memory } },
        "bytes" in work ? [work.bytes.buffer] : [],
      );
    }
  }

  #take(member: Member, answer: WorkerAnswer): void {
    const task = member.tasks.shift();
    // After a failure nobody waits any more.
    if (!task) return;
    if ("result" in answer) {
      task.resolve(answer.result as never);
    } else if ("compressor" in answer.error) {
      const { compressor, how, code, piece } = answer.error;
      const failure = new CompressorFailure(compressor, how, code);
      failure.piece = piece;
      task.reject(withPath(failure, task.job.pathOf));
    } else {
      const { message, path, code } = answer.error;
      task.reject(new BuildError(message, { path }, code));
    }
    this.#dispatch();
  }

  /** Fails the build where a compressor has been inside one call for too long. */
  #look(): void {
    for (const member of this.#members) {
      const { count, compression } = member.watch.look();
      const isStuck = member.tasks.length > 0 && compression !== undefined && count === member.lastCount;
      // Looks are counted, not time: this process may have been stopped, or the machine asleep.
      member.looks = isStuck ? member.looks + 1 : 0;
      member.lastCount = count;
      const seconds = (member.looks * this.#interval) / 1000;
      if (seconds >= this.#options.pluginTimeout) {
        this.#fail(this.#accuse(member, `did not return for ${seconds} seconds`, "ETIMEDOUT"));
      }
    }
  }

  /** Why a worker is gone, with the compressor that it was inside, if it was. */
  #death(member: Member, cause: unknown): Error {
    const { code, reason } = threadDeath(cause);
    const how = code === "ENOMEM" ? "used up the memory of its worker" : `ended its worker: ${reason}`;
    return (
      this.#accuse(member, how, code, cause) ?? new BuildError(`a worker died: ${reason}`, { cause }, code)
    );
  }

  /** What the compressor did that a worker is inside; undefined where it is inside none. */
  #accuse(member: Member, how: string, code: string, cause?: unknown): Error | undefined {
    const { compression, piece } = member.watch.look();
    if (compression === undefined) return undefined;
    const { name } = this.#options.work.compressions[compression]!;
    const failure = new CompressorFailure(name, how, code, { cause });
    failure.piece = piece;
    return withPath(failure, member.tasks[0]?.job.pathOf) as Error;
  }

  #fail(failure: Error | undefined): void {
    if (!failure || this.#failure) return;
    this.#failure = failure;
    for (const { tasks } of this.#members) for (const { reject } of tasks.splice(0)) reject(failure);
    for (const { reject } of this.#waiting.splice(0)) reject(failure);
    void this.close();
  }
}
