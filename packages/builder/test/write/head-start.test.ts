import { lz4 } from "@erofs/lz4-wasm";
import type { TreeNode } from "@erofs/tree";
import { describe, expect, it } from "vitest";
import type { CompressJob, CompressResult, Executor } from "../../src/execute/jobs.ts";
import type { BuildOptions } from "../../src/options.ts";
import { HeadStart } from "../../src/write/head-start.ts";
import { directory, file } from "../trees.ts";

const mebibyte = 1 << 20;
const zeros = new Uint8Array(128 * mebibyte);
const zeroFile = (size: number) => file(zeros.subarray(0, size));
const options: BuildOptions = { compressor: lz4 };
const nothing = {} as CompressResult;

/** An executor that does nothing but keep the jobs. */
function recorder(concurrency = 2): { executor: Executor; jobs: CompressJob[] } {
  const jobs: CompressJob[] = [];
  const run = (job: unknown): Promise<unknown> => {
    jobs.push(job as CompressJob);
    return Promise.resolve(nothing);
  };
  return { executor: { concurrency, run } as Executor, jobs };
}

/** What is done early of the files of one directory, `sub`. */
function started(files: readonly TreeNode[], settings: BuildOptions = options, concurrency = 2) {
  const { executor, jobs } = recorder(concurrency);
  const headStart = new HeadStart(settings, executor);
  headStart.offer("sub", directory(Object.fromEntries(files.map((node, i) => [`file-${1000 + i}`, node]))));
  return { headStart, jobs };
}

describe("HeadStart", () => {
  it("starts what fills a job, in the order of the files, and leaves the rest", () => {
    const small = zeroFile(100);
    const files = [small, ...Array.from({ length: 5 }, () => zeroFile(mebibyte / 2))];
    const { headStart, jobs } = started([...files, small]);
    expect(jobs.map(({ choices }) => [...choices])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(jobs[1]!.pathOf(1)).toBe("sub/file-1004");
    const batches = headStart.take(files.slice(1));
    expect(batches.map(({ nodes }) => nodes)).toEqual([files.slice(1, 3), files.slice(3, 5)]);
    expect(batches.map(({ bytes }) => bytes)).toEqual([mebibyte, mebibyte]);
  });

  it("takes a file of several names once", () => {
    const node = zeroFile(mebibyte);
    const { headStart } = started([node, node, node]);
    expect(headStart.take([node])).toHaveLength(1);
  });

  it("is worth nothing where other files are to be compressed", () => {
    const [first, second] = [zeroFile(mebibyte), zeroFile(mebibyte)];
    for (const candidates of [[second, first], [first], []]) {
      expect(started([first, second]).headStart.take(candidates)).toEqual([]);
    }
    expect(started([first, second]).headStart.take([first, second])).toHaveLength(2);
  });

  it("stops at a file that has segments, at 128 MiB, and when it is taken", () => {
    const large = zeroFile(5 * mebibyte);
    expect(started([zeroFile(mebibyte), large, zeroFile(mebibyte)]).jobs).toHaveLength(1);
    const files = Array.from({ length: 140 }, () => zeroFile(mebibyte));
    const { headStart, jobs } = started(files);
    expect(jobs).toHaveLength(128);
    headStart.take(files);
    headStart.offer("later", directory({ file: zeroFile(2 * mebibyte) }));
    expect(jobs).toHaveLength(128);
  });

  it.each<[string, BuildOptions, number]>([
    ["there are no threads", options, 1],
    ["nothing is compressed", {}, 2],
    ["each file may have its own compression", { ...options, compressionOf: () => 0 }, 2],
    [
      "what pays is still to be found out",
      { compressions: [{ compressor: lz4 }], auto: { candidates: [0] } },
      2,
    ],
  ])("does nothing where %s", (_, settings, concurrency) => {
    expect(started([zeroFile(4 * mebibyte)], settings, concurrency).jobs).toEqual([]);
  });
});
