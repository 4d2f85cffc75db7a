import { ErofsError } from "@erofs/format";

/** What a server said about the file, compared with every later answer. */
export interface RemoteFile {
  readonly size: number;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

/** One range as answered. */
export interface RangeAnswer {
  readonly file: RemoteFile;
  readonly bytes: Uint8Array;
}

export interface RangeRequest {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly headers: Readonly<Record<string, string>>;
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds without a byte after which an attempt counts as failed, default 30,000. */
  readonly idleTimeout?: number;
  /** Shown the answer while it grows: its first `filled` bytes are final. Starts anew with each attempt. */
  readonly onBytes?: (bytes: Uint8Array, filled: number) => void;
}

/** First delay before a repeated request; doubles each time. */
const RETRY_DELAY_MS = 100;
const MAX_RETRY_DELAY_MS = 5000;
const IDLE_TIMEOUT_MS = 30_000;

/**
 * Gets bytes `[offset, offset + length)` by one range request (fewer at the file's end), repeated a bounded number of
 * times on network errors, 429 and 5xx.
 * @throws ErofsError EIO, or EOPNOTSUPP for a server without ranges, ESTALE when the file is not `expected` any more.
 */
export async function requestRange(
  request: RangeRequest,
  offset: number,
  length: number,
  expected: RemoteFile | undefined,
): Promise<RangeAnswer> {
  for (let attempt = 0; ; attempt++) {
    const answer = await tryRange(request, offset, length, expected);
    if (!("retry" in answer)) return answer;
    if (attempt >= request.retries || request.signal?.aborted) {
      throw new ErofsError("EIO", `${request.url}: ${answer.retry} (${attempt + 1} attempts)`, { offset });
    }
    await pause(Math.min(RETRY_DELAY_MS * 2 ** attempt, MAX_RETRY_DELAY_MS), request.signal);
  }
}

/** Resolves after `milliseconds`, or earlier when the signal aborts. */
function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", done);
  });
}

/** A signal that aborts when `other` does, or when nobody calls `touch` for `milliseconds`. */
function idleSignal(
  milliseconds: number,
  other: AbortSignal | undefined,
): { readonly signal: AbortSignal; touch(): void; end(): void } {
  const controller = new AbortController();
  const pass = (): void => controller.abort(other?.reason);
  const expire = (): void => controller.abort(new Error(`no byte for ${milliseconds / 1000} s`));
  let timer = setTimeout(expire, milliseconds);
  if (other?.aborted) pass();
  other?.addEventListener("abort", pass);
  return {
    signal: controller.signal,
    touch() {
      clearTimeout(timer);
      timer = setTimeout(expire, milliseconds);
    },
    end() {
      clearTimeout(timer);
      other?.removeEventListener("abort", pass);
    },
  };
}

async function tryRange(
  request: RangeRequest,
  offset: number,
  length: number,
  expected: RemoteFile | undefined,
): Promise<RangeAnswer | { retry: string }> {
  const idle = idleSignal(request.idleTimeout ?? IDLE_TIMEOUT_MS, request.signal);
  try {
    return await tryRangeUntil(request, offset, length, expected, idle);
  } finally {
    idle.end();
  }
}

async function tryRangeUntil(
  request: RangeRequest,
  offset: number,
  length: number,
  expected: RemoteFile | undefined,
  { signal, touch }: Pick<ReturnType<typeof idleSignal>, "signal" | "touch">,
): Promise<RangeAnswer | { retry: string }> {
  let response: Response;
  try {
    response = await request.fetch(request.url, {
      // Of an encoding, ranges would be none of the file's.
      headers: {
        "accept-encoding": "identity",
        ...request.headers,
        range: `bytes=${offset}-${offset + length - 1}`,
      },
      signal,
    });
    touch();
  } catch (error) {
    return { retry: `request failed: ${messageOf(error)}` };
  }
  try {
    return await answerOf(request, response, offset, length, expected, touch);
  } finally {
    // A body that was not read to its end would keep the connection.
    if (!response.bodyUsed) await response.body?.cancel().catch(() => undefined);
  }
}

async function answerOf(
  request: RangeRequest,
  response: Response,
  offset: number,
  length: number,
  expected: RemoteFile | undefined,
  touch: () => void,
): Promise<RangeAnswer | { retry: string }> {
  const { url } = request;
  const { status } = response;
  if (status === 429 || status >= 500) return { retry: `HTTP status ${status}` };
  if (status === 200) {
    throw new ErofsError("EOPNOTSUPP", `${url}: the server ignores ranges (status 200 instead of 206)`);
  }
  if (status !== 206)
    throw new ErofsError(status === 404 ? "ENOENT" : "EIO", `${url}: HTTP status ${status}`);

  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
  if (range === null) {
    throw new ErofsError(
      "EIO",
      `${url}: no usable Content-Range header (across origins the server must expose it: Access-Control-Expose-Headers)`,
    );
  }
  const file: RemoteFile = {
    size: Number(range[3]),
    etag: response.headers.get("etag") ?? undefined,
    lastModified: response.headers.get("last-modified") ?? undefined,
  };
  if (!Number.isSafeInteger(file.size)) throw new ErofsError("EIO", `${url}: a size of ${range[3]} bytes`);
  if (expected !== undefined) checkUnchanged(url, expected, file);
  const count = Math.min(length, file.size - offset);
  if (Number(range[1]) !== offset || Number(range[2]) !== offset + count - 1) {
    throw new ErofsError("EIO", `${url}: asked for ${offset}+${count} bytes, answered ${range[0]}`, {
      offset,
    });
  }
  try {
    const bytes = await readBody(response, count, (part, filled) => {
      touch();
      request.onBytes?.(part, filled);
    });
    if (bytes === undefined) return { retry: `the body is not the ${count} bytes that were announced` };
    return { file, bytes };
  } catch (error) {
    return { retry: `transfer broke off: ${messageOf(error)}` };
  }
}

/** The body, never held beyond the `count` bytes that it should have; undefined when it has another length. */
async function readBody(
  response: Response,
  count: number,
  onBytes: (bytes: Uint8Array, filled: number) => void,
): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(count);
  let filled = 0;
  const reader = response.body?.getReader();
  if (reader === undefined) return undefined;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return filled === count ? bytes : undefined;
    if (filled + value.length > count) {
      await reader.cancel();
      return undefined;
    }
    bytes.set(value, filled);
    filled += value.length;
    onBytes(bytes, filled);
  }
}

function checkUnchanged(url: string, expected: RemoteFile, found: RemoteFile): void {
  for (const key of ["size", "etag", "lastModified"] as const) {
    if (expected[key] === found[key]) continue;
    throw new ErofsError(
      "ESTALE",
      `${url}: the file changed while it was read (${key} was ${expected[key]}, is ${found[key]})`,
    );
  }
}

/** What an error and those that caused it say: `fetch` tells no more than "fetch failed" by itself. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== ""
    ? `${error.message}: ${cause.message}`
    : error.message;
}
