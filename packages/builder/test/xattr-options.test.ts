import { createHash } from "node:crypto";
import { FeatureCompat, FeatureIncompat } from "@erofs/format";
import { checkSync, memorySource, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { buildImage, type BuildOptions, inProcess, MemorySink } from "../src/index.ts";
import { settle } from "../src/options.ts";
import { naiveLz4 } from "./naive-lz4.ts";
import { directory, file, runs, xattr } from "./trees.ts";

const compression = { compressor: naiveLz4 };
const contents = [runs(30, 1), runs(9000, 2), runs(30, 1), runs(40_000, 3)];

function tree() {
  const entries = contents.map((bytes, i) => {
    const xattrs = [xattr("user.number.a", `${i}`), xattr("trusted.overlay.origin", "same")];
    return [`f${i}`, file(bytes.slice(), { xattrs })] as const;
  });
  const stale = file(runs(50, 9), { xattrs: [xattr("user.sha", "stale")] });
  return directory({ ...Object.fromEntries(entries), stale, empty: file(new Uint8Array(0)) });
}

async function build(options: BuildOptions): Promise<Uint8Array> {
  const sink = new MemorySink();
  await buildImage(tree(), sink, options, await inProcess(options));
  return sink.image;
}

function valueOf(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from("sha256:"), createHash("sha256").update(bytes).digest()]);
}

const prefixes = ["trusted.overlay.", "user.number.", "user.n"];

describe("xattr prefixes and digests", () => {
  it.each<[string, BuildOptions, boolean]>([
    ["in the primary space", {}, false],
    ["there by request", { plainXattrPrefixes: true }, true],
    ["with fragments", { ...compression, fragments: {} }, true],
    ["in the metabox", { ...compression, metabox: {} }, false],
    ["out of the metabox by request", { ...compression, metabox: {}, plainXattrPrefixes: true }, true],
    ["beside twins", { dedupe: true }, false],
  ])("are read back: %s", async (_, options, isPlain) => {
    const bytes = await build({ ...options, xattrPrefixes: prefixes, inodeDigest: "user.sha" });
    const image = openSync(memorySource(bytes));
    const { featureCompat, featureIncompat, xattrPrefixCount, ishareXattrPrefixId } = image.superblock;
    expect(featureIncompat & FeatureIncompat.xattrPrefixes).not.toBe(0);
    expect(featureCompat & FeatureCompat.ishareXattrs).not.toBe(0);
    expect((featureCompat & FeatureCompat.plainXattrPrefixes) !== 0).toBe(isPlain);
    expect([xattrPrefixCount, ishareXattrPrefixId]).toEqual([4, 3]);
    for (const [i, content] of contents.entries()) {
      const node = image.lookup(`f${i}`);
      const found = image.xattrs(node).map(({ name, value }) => [name, Buffer.from(value).toString("hex")]);
      expect(Object.fromEntries(found)).toEqual({
        "user.number.a": Buffer.from(`${i}`).toString("hex"),
        "trusted.overlay.origin": Buffer.from("same").toString("hex"),
        "user.sha": valueOf(content).toString("hex"),
      });
      expect(Buffer.from(image.xattr(node, "user.sha")!)).toEqual(valueOf(content));
      expect(Buffer.compare(image.read(node), content)).toBe(0);
    }
    expect(image.xattrs(image.lookup("stale")).map(({ name }) => name)).toEqual(["user.sha"]);
    expect(image.xattrs(image.lookup("empty"))).toEqual([]);
    expect(checkSync(memorySource(bytes)).faults).toEqual([]);
  });

  it("are hidden under the name of mkfs.erofs", async () => {
    const bytes = await build({ inodeDigest: "erofs.fingerprint.v1" });
    const image = openSync(memorySource(bytes));
    expect(image.xattrs(image.lookup("f0")).map(({ name }) => name)).not.toContain("erofs.fingerprint.v1");
    expect(Buffer.from(bytes).includes(valueOf(contents[0]!))).toBe(true);
  });

  it("of another form are faults", async () => {
    const bytes = await build({ inodeDigest: "user.sha" });
    const at = Buffer.from(bytes).indexOf("sha256:");
    bytes[at] = 0x78;
    const checked = checkSync(memorySource(bytes), { maxFaults: 10 });
    expect(checked.faults.map(({ code, message }) => `${code}: ${message}`)).toContain(
      'xattr: a digest of 39 bytes, expected "sha256:" and 32 bytes',
    );
  });

  it.each([
    [{ xattrPrefixes: [""] }, 'xattr prefix ""'],
    [{ xattrPrefixes: ["user.a\0"] }, "without NUL"],
    [{ inodeDigest: "x".repeat(256) }, "expected 1 to 255 bytes"],
    [
      { xattrPrefixes: Array.from({ length: 128 }, (_, i) => `user.${i}`), inodeDigest: "user.d" },
      "129 xattr prefixes",
    ],
  ])("are refused: %o", (options, message) => {
    expect(() => settle(options)).toThrow(message);
  });
});
