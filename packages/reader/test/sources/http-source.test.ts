import { httpSource, open } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { noise } from "../support/random.ts";
import { sampleImage } from "../support/sample-image.ts";

interface Server {
  readonly fetch: typeof fetch;
  readonly ranges: string[];
}

/** A server in place of `fetch`. `answer` may give another response for the n-th request. */
function serve(
  bytes: Uint8Array,
  answer: (n: number, range: string) => Response | Error | undefined = () => undefined,
): Server {
  const ranges: string[] = [];
  const server = async (_url: unknown, init: RequestInit): Promise<Response> => {
    const range = (init.headers as Record<string, string>).range as string;
    ranges.push(range);
    const special = answer(ranges.length, range);
    if (special instanceof Error) throw special;
    return special ?? partial(bytes, range);
  };
  return { fetch: server as typeof fetch, ranges };
}

function partial(bytes: Uint8Array, range: string, headers: Record<string, string> = {}): Response {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range) as unknown as [string, string, string];
  const part = bytes.slice(Number(from), Number(to) + 1);
  const end = Number(from) + part.length - 1;
  return new Response(part as BodyInit, {
    status: 206,
    headers: { "content-range": `bytes ${from}-${end}/${bytes.length}`, etag: '"1"', ...headers },
  });
}

const url = "http://host/image.erofs";

describe("httpSource", () => {
  const bytes = noise(300_000, 1);

  it("gives any range, and asks for each block once", async () => {
    const server = serve(bytes);
    const source = await httpSource(url, { fetch: server.fetch, blockSize: 4096 });
    expect(source.size).toBe(bytes.length);
    for (const [offset, length] of [
      [0, 1],
      [4095, 2],
      [10_000, 50_000],
      [299_999, 1],
      [0, 300_000],
    ] as const) {
      expect(Buffer.compare(await source.read(offset, length), bytes.subarray(offset, offset + length))).toBe(
        0,
      );
    }
    const asked = server.ranges.map((range) => range.slice(6).split("-").map(Number) as [number, number]);
    const total = asked.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    expect(total).toBe(bytes.length);
  });

  it("shares one request among readers of the same block", async () => {
    const server = serve(bytes);
    const source = await httpSource(url, { fetch: server.fetch, blockSize: 4096 });
    await Promise.all([1, 2, 3].map(() => source.read(100_000, 10)));
    expect(server.ranges).toHaveLength(2);
  });

  it("keeps no more than it is told to", async () => {
    const server = serve(bytes);
    const source = await httpSource(url, { fetch: server.fetch, blockSize: 4096, cacheBytes: 8192 });
    for (const offset of [0, 10_000, 20_000, 0]) await source.read(offset, 1);
    expect(server.ranges).toHaveLength(4);
  });

  it("repeats failed requests, a bounded number of times", async () => {
    const server = serve(bytes, (n) =>
      n === 2 ? new Error("reset") : n === 3 ? new Response("", { status: 503 }) : undefined,
    );
    const source = await httpSource(url, { fetch: server.fetch, blockSize: 4096 });
    expect(await source.read(50_000, 1)).toEqual(bytes.subarray(50_000, 50_001));
    const dead = serve(bytes, (n) => (n > 1 ? new Error("down") : undefined));
    const lost = await httpSource(url, { fetch: dead.fetch, blockSize: 4096, retries: 1 });
    await expect(lost.read(50_000, 1)).rejects.toMatchObject({
      code: "EIO",
      message: expect.stringContaining("2 attempts"),
    });
    expect(dead.ranges).toHaveLength(3);
  });

  it("says why a request failed", async () => {
    const failing = (): Promise<Response> =>
      Promise.reject(new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") }));
    await expect(httpSource(url, { fetch: failing, retries: 0 })).rejects.toThrow(
      "request failed: fetch failed: connect ECONNREFUSED (1 attempts)",
    );
  });

  it("repeats a transfer that came short", async () => {
    const server = serve(bytes, (n, range) => {
      if (n !== 2) return undefined;
      const whole = partial(bytes, range);
      return new Response("short", { status: 206, headers: whole.headers });
    });
    const source = await httpSource(url, { fetch: server.fetch, blockSize: 4096 });
    expect(await source.read(50_000, 1)).toEqual(bytes.subarray(50_000, 50_001));
  });

  it.each([
    ["ignores ranges", () => new Response("all of it", { status: 200 }), { code: "EOPNOTSUPP" }],
    ["has no such file", () => new Response("", { status: 404 }), { code: "ENOENT" }],
    [
      "hides Content-Range",
      () => new Response("x", { status: 206 }),
      { code: "EIO", message: expect.stringContaining("Access-Control-Expose-Headers") },
    ],
    ["answers another range", () => partial(bytes, "bytes=1-5"), { code: "EIO" }],
  ])("refuses a server that %s", async (_what, response, error) => {
    const server = serve(bytes, () => response());
    await expect(httpSource(url, { fetch: server.fetch })).rejects.toMatchObject(error);
    expect(server.ranges).toHaveLength(1);
  });

  it.each([
    ["another ETag", (range: string) => partial(bytes, range, { etag: '"2"' })],
    ["another size", (range: string) => partial(new Uint8Array(400_000), range)],
  ])("notices that the file changed: %s", async (_what, response) => {
    const server = serve(bytes, (n, range) => (n > 1 ? response(range) : undefined));
    const source = await httpSource(url, { fetch: server.fetch, blockSize: 4096 });
    await expect(source.read(50_000, 1)).rejects.toMatchObject({ code: "ESTALE" });
  });

  it("carries an image", async () => {
    const { bytes: imageBytes, contents } = sampleImage();
    const image = await open(await httpSource(url, { fetch: serve(imageBytes).fetch, blockSize: 512 }));
    const found = await image.read(await image.lookup("compact"));
    expect(Buffer.compare(found, contents.compact as Uint8Array)).toBe(0);
    await image.close();
  });
});
