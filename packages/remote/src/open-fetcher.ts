import { closeSync } from "node:fs";
import { requestRange } from "@erofs/reader";
import { BlockStore } from "./block-store.ts";
import { BLOCK_SIZE, BlockTable } from "./block-table.ts";
import { cacheKey, defaultCacheDirectory, openCacheFile } from "./cache-directory.ts";
import { Fetcher } from "./fetcher.ts";
import { loadTable, saveTable } from "./saved-table.ts";

/** Options that can be sent to a thread. */
export interface RemoteOptions {
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Where blocks are kept, for the next time too; default `$XDG_CACHE_HOME/erofs`. */
  readonly cacheDirectory?: string | undefined;
  /** Bytes on disk at most, default 1 GiB, at least 16 MiB. */
  readonly cacheBytes?: number | undefined;
  /** Bytes to fetch at most before they are asked for, when files are read from front to back; default 4 MiB. */
  readonly readAheadBytes?: number | undefined;
  /** How often a failed request is repeated, default 4, after 0.1 s and then twice as long each time. */
  readonly retries?: number | undefined;
  /** Milliseconds without a byte after which an attempt counts as failed, default 15,000. */
  readonly idleTimeout?: number | undefined;
  /** Milliseconds after which a read fails in any case, default 60,000. */
  readonly timeout?: number | undefined;
}

export const DEFAULT_TIMEOUT_MS = 60_000;

const MIN_CACHE_BYTES = 16 << 20;
/** How often the table is saved, so that a process that is killed loses no more. */
const SAVE_INTERVAL_MS = 30_000;

/** A fetcher with what it keeps. */
export interface OpenFetcher {
  readonly fetcher: Fetcher;
  /** Of the file with the blocks. */
  readonly fd: number;
  readonly table: BlockTable;
  /** Saves what is known and closes the file. */
  close(): void;
}

/** An address without name and password, which `fetch` does not take, and the headers that stand for them. */
export function splitCredentials(address: string): { url: string; headers: Record<string, string> } {
  const url = new URL(address);
  const { username, password } = url;
  if (username === "" && password === "") return { url: url.href, headers: {} };
  url.username = "";
  url.password = "";
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url: url.href, headers: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` } };
}

/**
 * Asks the server for the file and opens its cache.
 * @param onEvent told in words when the server goes away, comes back, or has another file
 * @throws ErofsError EIO, ENOENT, or EOPNOTSUPP for a server without ranges
 */
export async function openFetcher(
  address: string,
  options: RemoteOptions & { readonly fetch?: typeof fetch | undefined },
  onEvent: (message: string) => void,
): Promise<OpenFetcher> {
  const { retries = 4, idleTimeout = 15_000, timeout = DEFAULT_TIMEOUT_MS } = options;
  const { url, headers } = splitCredentials(address);
  const request = {
    url,
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
    headers: { ...headers, ...options.headers },
  };
  const limit = AbortSignal.timeout(timeout);
  const first = await requestRange(
    { ...request, retries, idleTimeout, signal: limit },
    0,
    BLOCK_SIZE,
    undefined,
  );
  const { file } = first;
  const bytes = Math.max(options.cacheBytes ?? 1 << 30, MIN_CACHE_BYTES);
  const table = BlockTable.create(file.size, bytes);
  const { fd, indexPath } = openCacheFile(
    options.cacheDirectory ?? defaultCacheDirectory(),
    cacheKey(url, file),
    bytes,
    table.slotCount * BLOCK_SIZE,
  );
  if (indexPath !== undefined) loadTable(table, indexPath, fd, Math.ceil(file.size / BLOCK_SIZE));
  const store = new BlockStore(fd, table, file.size);
  store.write(0, first.bytes);
  const fetcher = new Fetcher(request, file, store, {
    retries,
    idleTimeout,
    timeout,
    readAheadBytes: options.readAheadBytes ?? 4 << 20,
    onEvent,
  });
  const save = (): void => {
    if (indexPath !== undefined) saveTable(table, indexPath);
  };
  const timer = setInterval(save, SAVE_INTERVAL_MS).unref();
  let isClosed = false;
  return {
    fetcher,
    fd,
    table,
    close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(timer);
      fetcher.close();
      save();
      closeSync(fd);
    },
  };
}
