import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildImage } from "../src/interop/build-image.mjs";
import { buildCase, type BuildCase } from "../src/interop/cases.mjs";
import { largestMountableBlock, mountObstacle } from "../src/interop/mount.mjs";
import { type Judge, verifyImage } from "../src/interop/verify-image.mjs";
import { makeNastyTree } from "../src/nasty-tree.mjs";
import { findPeers, takesBlockSize, takesCompression, takesLayout } from "../src/peers.mjs";

const cases = [
  buildCase("none", 4096, 4096),
  buildCase("none", 512, 512),
  buildCase("none", 4096, 4096, ["noinline_data"]),
  buildCase("lz4", 4096, 4096),
  buildCase("lz4", 512, 4096),
  buildCase("lz4", 4096, 65536, ["legacy-compress"]),
  buildCase("lz4hc,level=12", 4096, 1 << 20),
  buildCase("lz4", 16384, 65536),
  buildCase("lz4hc", 65536, 65536),
  buildCase("lzma", 4096, 4096),
  buildCase("lzma,level=0", 4096, 1 << 20),
  buildCase("deflate", 4096, 4096),
  buildCase("deflate,level=9", 512, 65536),
  buildCase("zstd", 4096, 4096),
  buildCase("zstd,level=19", 4096, 65536),
  buildCase("auto", 4096, 65536),
  buildCase("none", 4096, 4096, ["dedupe"]),
  buildCase("lz4", 4096, 4096, ["dedupe"]),
  buildCase("deflate", 512, 16384, ["dedupe", "ztailpacking"]),
  buildCase("lzma", 4096, 65536, ["dedupe", "legacy-compress"]),
  buildCase("lz4hc", 16384, 65536, ["dedupe"]),
  buildCase("lz4", 4096, 4096, ["ztailpacking"]),
  buildCase("lz4", 4096, 4096, ["fragments", "dedupe"]),
  buildCase("lz4hc", 512, 65536, ["all-fragments", "legacy-compress"]),
  buildCase("lzma", 4096, 4096, ["all-fragments=64K", "ztailpacking"]),
  buildCase("zstd", 4096, 16384, ["fragments", "ztailpacking", "dedupe"]),
  buildCase("auto", 4096, 16384, ["fragments", "ztailpacking", "dedupe"]),
  buildCase("lz4hc", 512, 65536, ["ztailpacking", "legacy-compress"]),
  buildCase("lzma", 4096, 65536, ["ztailpacking"]),
  buildCase("zstd", 4096, 1 << 20, ["ztailpacking"]),
  buildCase("none", 4096, 4096, ["dot-omitted"]),
  buildCase("lz4", 4096, 4096, ["--zD"]),
  buildCase("lzma", 512, 512, ["--zD", "--max-extent-bytes=64K"]),
  buildCase("zstd", 4096, 65536, ["--zD", "dot-omitted", "fragments", "ztailpacking", "dedupe"]),
  buildCase("lz4", 4096, 16384, ["--zD", "--metabox=4096", "48bit", "fragments", "dedupe"]),
  buildCase("deflate", 4096, 16384, ["--zD", "all-fragments", "legacy-compress"]),
  buildCase("none", 4096, 4096, ["48bit", "--align-data=64K:4K", "--fsalignblks=64"]),
  buildCase("lz4hc", 512, 65536, ["48bit", "fragments"]),
  buildCase("zstd", 4096, 65536, ["48bit", "dedupe", "--max-extent-bytes=64K"]),
  buildCase("none", 512, 512, ["--metabox=512:lz4", "--xattr-prefix=user.", "--xattr-inode-digest"]),
  buildCase("none", 4096, 4096, ["--metabox=4096"]),
  buildCase("lz4hc", 512, 65536, ["fragments", "dedupe", "--metabox=4096"]),
  buildCase("zstd", 4096, 65536, ["ztailpacking", "--metabox=64K:lzma", "--zD"]),
  buildCase("none", 4096, 4096, ["--chunksize=4096"]),
  buildCase("none", 4096, 4096, ["--chunksize=64K", "force-chunk-indexes"]),
  buildCase("none", 512, 512, ["--chunksize=4096", "--blobdev"]),
  buildCase("none", 4096, 4096, ["--chunksize=1M", "--blobdev", "--chunk-dict"]),
  buildCase("none", 4096, 4096, ["--chunksize=16K", "--chunk-dict"]),
  buildCase("zstd", 4096, 16384, ["--chunksize=64K", "--blobdev", "ztailpacking"]),
  buildCase("none", 4096, 4096, ["force-chunk-indexes"]),
  buildCase("lz4", 4096, 4096, ["--chunksize=4K", "--metabox=4096", "--blobdev"]),
];

const notLinux = process.platform === "linux" ? undefined : " (skipped: only Linux makes such files)";
const notMounted = mountObstacle();
const installedPeers = findPeers();

interface Question {
  readonly judge: Judge;
  readonly name: string;
  /** Why it cannot be asked on this machine. */
  readonly obstacle?: string | undefined;
}

/** Who can be asked about an image of this case at all. */
function questions(each: BuildCase): Question[] {
  const all: Question[] = [
    { judge: "check", name: "check accepts it" },
    { judge: "extract", name: "extract gives the source back" },
  ];
  if (!notMounted && each.blockSize > largestMountableBlock()) return all;
  all.push({ judge: "kernel", name: "the kernel shows the source", obstacle: notMounted });
  const noPeer = installedPeers.length === 0 ? "fsck.erofs is not installed" : undefined;
  if (noPeer || peersFor(each).length > 0) {
    all.push({ judge: "fsck", name: "fsck.erofs accepts it", obstacle: noPeer });
  }
  return all.map((question) =>
    question.obstacle ? { ...question, name: `${question.name} (skipped: ${question.obstacle})` } : question,
  );
}

function peersFor({ blockSize, compression, words }: BuildCase) {
  return installedPeers.filter(
    (peer) =>
      takesBlockSize(peer, blockSize) && takesCompression(peer, compression) && takesLayout(peer, words),
  );
}

describe.skipIf(notLinux)(`a tree of everything, built and read back${notLinux ?? ""}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "erofs-interop-"));
  const source = join(folder, "source");
  const image = join(folder, "image.erofs");
  beforeAll(() => makeNastyTree(source));
  afterAll(() => rmSync(folder, { recursive: true }));

  describe.each(cases)("$name", (each) => {
    let devices: string[] = [];
    test("builds in silence", () => {
      const { status, stderr, stdout, devices: made } = buildImage(each, source, image);
      devices = made;
      expect({ status, stderr, stdout }).toEqual({ status: 0, stderr: "", stdout: "" });
    });

    test.for(questions(each))("$name", async ({ judge, obstacle }, { skip }) => {
      skip(obstacle !== undefined, obstacle);
      const scratch = join(folder, "scratch");
      const peers = peersFor(each);
      expect(await verifyImage({ source, image, devices, scratch, judges: [judge], peers })).toEqual([]);
    });
  });
});
