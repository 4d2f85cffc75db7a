import { ErofsError } from "@erofs/format";
import { type RangeRequest, type RemoteFile, requestRange } from "@erofs/reader";
import { BLOCK_SIZE } from "./block-table.ts";
import type { BlockStore } from "./block-store.ts";
import { type BlockRange, ReadAhead } from "./read-ahead.ts";

/** The most that one request asks for, so that a big read does not depend on one long answer. */
const MAX_REQUEST_BLOCKS = 64;
/** Blocks on their way that nobody has asked for yet. */
const MAX_AHEAD_BLOCKS = 2 * MAX_REQUEST_BLOCKS;
/** Bytes a millisecond that a server must give at least, on top of `timeout`. */
const MIN_RATE = 16;
/** The patience with a server that has not answered the last time: who reads should soon know. */
const DOWN_TIMEOUT_MS = 5000;

type OnBytes = NonNullable<RangeRequest["onBytes"]>;

export interface FetcherOptions {
  /** How often a failed request is repeated. */
  readonly retries: number;
  /** Milliseconds without a byte after which an attempt counts as failed. */
  readonly idleTimeout: number;
  /** Milliseconds after which a request is given up, whatever attempts are left. */
  readonly timeout: number;
  /** Bytes to fetch at most before they are asked for; 0 for none. */
  readonly readAheadBytes: number;
  /** Told in words when the server goes away, comes back, or has another file. */
  readonly onEvent: (message: string) => void;
}

/** Fetches blocks of a file on the web, each once for all who want it at the same time, and keeps them in a store. */
export class Fetcher {
  readonly file: RemoteFile;
  readonly #request: Omit<RangeRequest, "retries" | "signal">;
  readonly #store: BlockStore;
  readonly #options: FetcherOptions;
  readonly #readAhead: ReadAhead;
  /** Blocks on their way. */
  readonly #inFlight = new Map<number, Promise<Uint8Array>>();
  /** Blocks to be marked when they come. */
  readonly #toMark = new Set<number>();
  /** Of the requests under way. */
  readonly #controllers = new Set<AbortController>();
  #isClosed = false;
  #aheadBlocks = 0;
  /** The code of the error that requests have come to. */
  #trouble: string | undefined;

  constructor(
    request: Omit<RangeRequest, "retries" | "signal">,
    file: RemoteFile,
    store: BlockStore,
    options: FetcherOptions,
  ) {
    this.#request = request;
    this.file = file;
    this.#store = store;
    this.#options = options;
    this.#readAhead = new ReadAhead(Math.floor(options.readAheadBytes / BLOCK_SIZE));
  }

  /**
   * The bytes of a range of the file, which has them.
   * @throws ErofsError EIO when they cannot be had, ESTALE when the server has another file instead
   */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    const from = Math.floor(offset / BLOCK_SIZE);
    const to = Math.ceil((offset + length) / BLOCK_SIZE);
    const pending: Promise<void>[] = [];
    for (let block = from; block < to;) {
      const inFlight = this.#inFlight.get(block);
      const blocks =
        inFlight === undefined
          ? (this.#fromStore(block, offset, bytes) ?? this.#fetch(block, to))
          : [inFlight];
      for (const each of blocks) pending.push(this.#place(each, block++, offset, bytes));
      if (blocks.length === 0) block++;
    }
    if (pending.length > 0) this.ahead({ from, to });
    await Promise.all(pending);
    return bytes;
  }

  /** Takes note that blocks are being read, and fetches those that will follow. */
  ahead(range: BlockRange): void {
    const more = this.#readAhead.note(range);
    if (more === undefined) return;
    const to = Math.min(more.to, Math.ceil(this.file.size / BLOCK_SIZE));
    if (more.from >= to || this.#aheadBlocks >= MAX_AHEAD_BLOCKS || this.#trouble !== undefined) return;
    this.#toMark.add(more.mark);
    for (let block = more.from; block < to;) {
      if (this.#inFlight.has(block) || this.#store.has(block)) {
        block++;
        continue;
      }
      const blocks = this.#fetch(block, to);
      block += blocks.length;
      this.#aheadBlocks += blocks.length;
      // Whoever asks for one that failed asks for it anew.
      for (const each of blocks) void each.catch(() => undefined).finally(() => this.#aheadBlocks--);
    }
    if (!this.#inFlight.has(more.mark)) this.#mark(more.mark);
  }

  /** Ends all requests. */
  close(): void {
    this.#isClosed = true;
    for (const controller of this.#controllers) controller.abort(new Error("closed"));
  }

  #mark(block: number): void {
    if (this.#toMark.delete(block)) this.#store.table.mark(block);
  }

  /** Fills in what a block that is at hand has of the range. @returns nothing to wait for; undefined when it is not */
  #fromStore(block: number, offset: number, bytes: Uint8Array): [] | undefined {
    if (!this.#store.has(block)) return undefined;
    const start = Math.max(block * BLOCK_SIZE, offset);
    const end = Math.min((block + 1) * BLOCK_SIZE, offset + bytes.length);
    const isRead = this.#store.read(start, bytes.subarray(start - offset, end - offset), () =>
      this.ahead({ from: block, to: block + 1 }),
    );
    return isRead ? [] : undefined;
  }

  async #place(wanted: Promise<Uint8Array>, block: number, offset: number, bytes: Uint8Array): Promise<void> {
    const content = await wanted;
    const at = block * BLOCK_SIZE - offset;
    const from = Math.max(0, -at);
    bytes.set(content.subarray(from, Math.min(content.length, bytes.length - at)), at + from);
  }

  /** Asks for the blocks from `from` on that are neither here nor on their way, in one request; at least one. */
  #fetch(from: number, limit: number): Promise<Uint8Array>[] {
    let to = from + 1;
    while (to < Math.min(limit, from + MAX_REQUEST_BLOCKS) && !this.#inFlight.has(to) && !this.#store.has(to))
      to++;
    const settlers: { resolve(bytes: Uint8Array): void; reject(error: unknown): void }[] = [];
    const blocks: Promise<Uint8Array>[] = [];
    for (let block = from; block < to; block++) {
      const promise = new Promise<Uint8Array>((resolve, reject) => settlers.push({ resolve, reject }));
      this.#inFlight.set(block, promise);
      blocks.push(promise);
    }
    let done = 0;
    // Each block is there as soon as its bytes are, not when the whole answer is.
    const onBytes: OnBytes = (bytes, filled) => {
      for (; done < settlers.length; done++) {
        const block = from + done;
        const start = done * BLOCK_SIZE;
        const end = start + this.#store.lengthOf(block);
        if (end > filled) return;
        const content = bytes.slice(start, end);
        this.#store.write(block, content);
        this.#inFlight.delete(block);
        this.#mark(block);
        settlers[done]!.resolve(content);
      }
    };
    this.#requestBlocks(from, to, onBytes).catch((error: unknown) => {
      for (; done < settlers.length; done++) {
        this.#inFlight.delete(from + done);
        this.#toMark.delete(from + done);
        settlers[done]!.reject(error);
      }
    });
    return blocks;
  }

  async #requestBlocks(from: number, to: number, onBytes: OnBytes): Promise<void> {
    const { retries, idleTimeout, timeout } = this.#options;
    const start = from * BLOCK_SIZE;
    const length = Math.min(to * BLOCK_SIZE, this.file.size) - start;
    const isDown = this.#trouble !== undefined;
    const limit = timeout + Math.ceil(length / MIN_RATE);
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new Error(`not done in ${limit / 1000} s`)), limit);
    const request: RangeRequest = {
      ...this.#request,
      retries: isDown ? 0 : retries,
      idleTimeout: isDown ? Math.min(idleTimeout, DOWN_TIMEOUT_MS) : idleTimeout,
      signal: controller.signal,
      onBytes: (bytes, filled) => {
        this.#tell(undefined, `${this.#request.url}: answers again`);
        onBytes(bytes, filled);
      },
    };
    this.#controllers.add(controller);
    try {
      await requestRange(request, start, length, this.file);
    } catch (error) {
      const { message } = error as ErofsError;
      // To who reads a file, any other reason is that of the device.
      const code = (error as ErofsError).code === "ESTALE" ? "ESTALE" : "EIO";
      this.#tell(code, message);
      throw new ErofsError(code, message, { offset: start, cause: error });
    } finally {
      clearTimeout(timer);
      this.#controllers.delete(controller);
    }
  }

  /** Says once what is wrong, and that it is over. */
  #tell(trouble: string | undefined, message: string): void {
    if (this.#isClosed || trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#options.onEvent(message);
  }
}
