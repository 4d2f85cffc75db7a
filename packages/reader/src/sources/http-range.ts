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
}

/** First delay before a repeated request; doubles each time. */
const RETRY_DELAY_MS = 100;

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
    await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS * 2 ** attempt));
  }
}

async function tryRange(
  request: RangeRequest,
  offset: number,
  length: number,
  expected: RemoteFile | undefined,
): Promise<RangeAnswer | { retry: string }> {
  const { url, signal } = request;
  let response: Response;
  try {
    response = await request.fetch(url, {
      headers: { ...request.headers, range: `bytes=${offset}-${offset + length - 1}` },
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    return { retry: `request failed: ${messageOf(error)}` };
  }
  const { status } = response;
  if (status !== 206) await response.body?.cancel().catch(() => undefined);
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
    const bytes = await readBody(response, count);
    if (bytes === undefined) return { retry: `the body is not the ${count} bytes that were announced` };
    return { file, bytes };
  } catch (error) {
    return { retry: `transfer broke off: ${messageOf(error)}` };
  }
}

/** The body, never held beyond the `count` bytes that it should have; undefined when it has another length. */
async function readBody(response: Response, count: number): Promise<Uint8Array | undefined> {
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
