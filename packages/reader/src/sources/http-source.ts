import { Lru } from "../lru.ts";
import { type RangeRequest, requestRange } from "./http-range.ts";
import type { AsyncSource } from "./source.ts";

export interface HttpSourceOptions {
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes that are requested and kept together, default 64 KiB. */
  readonly blockSize?: number;
  /** Bytes kept at most, default 16 MiB. */
  readonly cacheBytes?: number;
  /** How often a failed request is repeated, default 3. */
  readonly retries?: number;
  /** Ends requests that are under way, and all later ones. */
  readonly signal?: AbortSignal;
}

/** The most that one request asks for, so that a big read does not depend on one long answer. */
const MAX_REQUEST_BYTES = 4 << 20;

/**
 * An image on a web server, read by range requests.
 * Answers are cut into blocks and kept; readers that want the same block at once share one request.
 * @throws ErofsError when the server does not answer, ignores ranges, or the file changes between two requests.
 */
export async function httpSource(url: string | URL, options: HttpSourceOptions = {}): Promise<AsyncSource> {
  const blockSize = options.blockSize ?? 65536;
  const request: RangeRequest = {
    url: String(url),
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
    headers: options.headers ?? {},
    retries: options.retries ?? 3,
    signal: options.signal,
  };
  const first = await requestRange(request, 0, blockSize, undefined);
  const { file } = first;
  const blocks = new Lru<Promise<Uint8Array>>(
    Math.max(2, Math.floor((options.cacheBytes ?? 16 << 20) / blockSize)),
  );
  blocks.set(0, Promise.resolve(first.bytes));

  /** Requests blocks `from` to `to` (exclusive) in one go, and files each one as a promise at once. */
  function fetchBlocks(from: number, to: number): Promise<Uint8Array>[] {
    const start = from * blockSize;
    const answer = requestRange(request, start, Math.min(to * blockSize, file.size) - start, file);
    return Array.from({ length: to - from }, (_, i) => {
      // A copy, since a view would keep the whole answer alive for as long as one of its blocks is cached.
      const block = answer.then(({ bytes }) => bytes.slice(i * blockSize, (i + 1) * blockSize));
      blocks.set(from + i, block);
      // A failure is reported to who waits for it; the next reader asks anew.
      block.catch(() => blocks.delete(from + i, block));
      return block;
    });
  }

  return {
    size: file.size,
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      const firstBlock = Math.floor(offset / blockSize);
      const endBlock = Math.ceil((offset + length) / blockSize);
      const blocksPerRequest = Math.max(1, Math.floor(MAX_REQUEST_BYTES / blockSize));
      const wanted: Promise<Uint8Array>[] = [];
      for (let block = firstBlock; block < endBlock;) {
        const known = blocks.get(block);
        if (known !== undefined) {
          wanted.push(known);
          block++;
          continue;
        }
        let to = block + 1;
        while (to < endBlock && to - block < blocksPerRequest && blocks.get(to) === undefined) to++;
        wanted.push(...fetchBlocks(block, to));
        block = to;
      }
      const parts = await Promise.all(wanted);
      parts.forEach((part, i) => {
        const at = (firstBlock + i) * blockSize - offset;
        const from = Math.max(0, -at);
        bytes.set(part.subarray(from, Math.min(part.length, length - at)), at + from);
      });
      return bytes;
    },
  };
}
