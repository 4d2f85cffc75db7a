import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const system = {
  write: async (_fd: number, _bytes: Uint8Array, _at: number, length: number) => ({ bytesWritten: length }),
  fdatasync: (_fd: number, done: (error: Error | null) => void) => done(null),
};

/** A `FileSink` whose writes and syncs are those of `system`. */
async function openSink(path: string) {
  const write = Object.assign(() => {}, {
    [promisify.custom]: (...args: Parameters<typeof system.write>) => system.write(...args),
  });
  const fdatasync = (...args: Parameters<typeof system.fdatasync>) => system.fdatasync(...args);
  // Other tests may have loaded the module already, with the real ones.
  vi.resetModules();
  vi.doMock("node:fs", async (original) => ({ ...(await original<object>()), write, fdatasync }));
  const { FileSink } = await import("../../src/node/file-sink.ts");
  return new FileSink(path);
}

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "erofs-sink-"));
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
  vi.restoreAllMocks();
  vi.doUnmock("node:fs");
  vi.resetModules();
});

describe("FileSink", () => {
  it("reports what a sync on the way met, which Linux does not tell the last one again", async () => {
    vi.spyOn(system, "fdatasync").mockImplementationOnce((_, done) =>
      done(Object.assign(new Error("lost"), { code: "EIO" })),
    );
    const sink = await openSink(join(base, "image"));
    await sink.write(0, new Uint8Array(64 << 20));
    await expect(sink.finish(64 << 20)).rejects.toMatchObject({ code: "EIO" });
    expect(readdirSync(base)).toEqual([]);
  });

  it("does not go on with a write in parts after an abort, when its descriptor may be another file's", async () => {
    let finishPart: (written: { bytesWritten: number }) => void;
    const write = vi.spyOn(system, "write").mockImplementation(
      () =>
        new Promise((resolve) => {
          finishPart = resolve;
        }),
    );
    const sink = await openSink(join(base, "image"));
    const writing = sink.write(0, new Uint8Array(100));
    sink.abort();
    finishPart!({ bytesWritten: 1 });
    await expect(writing).rejects.toThrow(/cannot write/);
    expect(write).toHaveBeenCalledTimes(1);
    expect(readdirSync(base)).toEqual([]);
  });
});
