import type { AsyncSource } from "@erofs/reader";
import { openFetcher, type RemoteOptions } from "./open-fetcher.ts";

export interface RemoteSourceOptions extends RemoteOptions {
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Told in words when the server goes away, comes back, or has another file. */
  readonly onEvent?: (message: string) => void;
}

/**
 * An image on a web server for `open` of `@erofs/reader`, with a bounded cache on disk.
 * @throws ErofsError EIO, ENOENT, or EOPNOTSUPP for a server without ranges; reads throw EIO when the server does not
 * answer, though the next one may succeed, and ESTALE when it has another file
 */
export async function remoteSource(
  url: string | URL,
  options: RemoteSourceOptions = {},
): Promise<AsyncSource> {
  const { fetcher, close } = await openFetcher(String(url), options, options.onEvent ?? (() => undefined));
  return {
    size: fetcher.file.size,
    read: (offset, length) => fetcher.read(offset, length),
    close,
  };
}
