import { Worker } from "node:worker_threads";

export interface Behaviour {
  readonly etag?: string;
  readonly lastModified?: string;
  /** Answers with this status. */
  readonly status?: number;
  readonly ignoreRange?: boolean;
  /** Breaks off in the middle of so many answers. */
  readonly short?: number;
  /** Never answers. */
  readonly hang?: boolean;
  /** Milliseconds before the body. */
  readonly delay?: number;
  /** What it claims to be the file's size. */
  readonly size?: number;
  /** Answers so many times that it is busy. */
  readonly failures?: number;
}

export interface ServedRequest {
  readonly range: string;
  readonly url: string;
  readonly authorization?: string;
}

/** A web server that gives ranges of bytes, and misbehaves when it is told to. */
export class RangeServer {
  readonly #worker: Worker;
  #port = 0;
  #id = 0;

  private constructor(bytes: Uint8Array) {
    const url = new URL("range-server-thread.mjs", import.meta.url);
    this.#worker = new Worker(url, { workerData: { bytes }, execArgv: [] });
  }

  static async start(bytes: Uint8Array): Promise<RangeServer> {
    const server = new RangeServer(bytes);
    server.#port = (await server.#call("start")) as number;
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/image`;
  }

  async set(behaviour: Behaviour): Promise<void> {
    await this.#call("set", { behaviour });
  }

  /** What was asked since the last call. */
  async requests(): Promise<ServedRequest[]> {
    return (await this.#call("requests")) as ServedRequest[];
  }

  /** Breaks all connections and takes no more. */
  async goDown(): Promise<void> {
    await this.#call("down");
  }

  async comeBack(): Promise<void> {
    await this.#call("start", { port: this.#port });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #call(command: string, parameters: object = {}): Promise<unknown> {
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      const onMessage = (answer: { id: number; result: unknown }): void => {
        if (answer.id !== id) return;
        this.#worker.off("message", onMessage);
        this.#worker.off("error", reject);
        resolve(answer.result);
      };
      this.#worker.on("message", onMessage);
      this.#worker.on("error", reject);
      // The rule takes this for a window.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      this.#worker.postMessage({ id, command, ...parameters });
    });
  }
}
