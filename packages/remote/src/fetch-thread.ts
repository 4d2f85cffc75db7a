import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { ErofsError, threadDeath, threadStart } from "@erofs/format";
import { Bell, channelMemory } from "./channel.ts";
import { DEFAULT_TIMEOUT_MS, type RemoteOptions } from "./open-fetcher.ts";

/** What the thread is started with. */
export interface FetchThreadData {
  readonly url: string;
  readonly options: RemoteOptions;
  readonly bell: SharedArrayBuffer;
  readonly channels: SharedArrayBuffer;
}

/** What it tells. */
export type FetchThreadReport =
  | { readonly ready: { readonly size: number; readonly fd: number; readonly table: SharedArrayBuffer } }
  | { readonly error: { readonly code: string; readonly message: string } }
  | { readonly event: string };

/** What a thread needs to read: can be sent to any number of them. */
export interface RemoteHandle {
  /** Bytes of the file. */
  readonly size: number;
  /** Of the file with the blocks, which is open in the whole process. */
  readonly fd: number;
  readonly table: SharedArrayBuffer;
  readonly bell: SharedArrayBuffer;
  readonly channels: SharedArrayBuffer;
  /** Milliseconds. */
  readonly timeout: number;
}

/** A thread that fetches for others, which wait. */
export interface FetchThread {
  readonly handle: RemoteHandle;
  /** Saves what is known of the cache and ends the thread, once nobody reads any more: reads fail from then on. */
  close(): Promise<void>;
}

/**
 * Starts a thread that fetches a file on the web for threads that read with `remoteSyncSource`.
 * @param onEvent told in words when the server goes away, comes back, or has another file
 * @throws ErofsError as `remoteSource`; ECHILD when the thread dies
 */
export async function startFetchThread(
  url: string | URL,
  options: RemoteOptions = {},
  onEvent: (message: string) => void = () => undefined,
): Promise<FetchThread> {
  const bell = new Bell();
  const start = threadStart(import.meta.url, "./fetch-worker.js", process.execArgv);
  const channels = channelMemory();
  const workerData: FetchThreadData = { url: String(url), options, bell: bell.memory, channels };
  const worker = new Worker(start.url, { ...start.options, trackUnmanagedFds: false, workerData });
  const exited = once(worker, "exit");
  exited.catch(() => undefined);
  const ready = await new Promise<Extract<FetchThreadReport, { ready: unknown }>["ready"]>(
    (resolve, reject) => {
      const fail = (cause: unknown): void => {
        bell.silence();
        const { code, reason } = threadDeath(cause);
        reject(new ErofsError(code, `the thread that fetches died: ${reason}`, { cause }));
      };
      worker.on("message", (report: FetchThreadReport) => {
        if ("event" in report) onEvent(report.event);
        else if ("ready" in report) resolve(report.ready);
        else reject(new ErofsError(report.error.code, report.error.message));
      });
      worker.on("error", fail);
      worker.on("exit", (code) => fail(`it exited with code ${code}`));
    },
  );
  return {
    handle: { ...ready, bell: bell.memory, channels, timeout: options.timeout ?? DEFAULT_TIMEOUT_MS },
    async close() {
      // The rule takes this for a window.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      worker.postMessage("close");
      await exited;
    },
  };
}
