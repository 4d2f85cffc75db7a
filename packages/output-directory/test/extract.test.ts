import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath } from "node:url";
import { CorruptImage, type ErofsError, FileType, PathError } from "@erofs/format";
import { available, setXattr } from "@erofs/linux";
import { loadDecoders, memorySource, openSync, type SyncImage } from "@erofs/reader";
import { fileSource, type NamedCompressor } from "@erofs/reader/node";
import { describe, expect, it } from "vitest";
import { brotli } from "../../builder/test/plugins/brotli.mjs";
import { extract } from "../src/extract.ts";
import type { Warning } from "../src/options.ts";
import { PART_BYTES } from "../src/shared-file.ts";
import { differences, pathsBelow } from "./support/differences.ts";
import {
  directory,
  everything,
  file,
  imageBytes,
  imageOf,
  noise,
  runs,
  special,
  symlink,
  xattr,
} from "./support/images.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const linux = available();
const root = process.getuid?.() === 0;
const built = existsSync(fileURLToPath(new URL("../dist/extract-worker.js", import.meta.url)));
const temporary = temporaryDirectory();

function text(content: string): ReturnType<typeof file> {
  return file(new TextEncoder().encode(content));
}

/** The image, but reading the content of the file at a path fails after its first bytes. */
function withBadFile(image: SyncImage, path: string): SyncImage {
  const { nid } = image.lookup(path);
  return {
    ...image,
    readView: (node, offset, length) => {
      if (node.nid !== nid) return image.readView(node, offset, length);
      if (offset > 0) throw new CorruptImage("made to fail", { nid });
      return new Uint8Array(1).fill(1);
    },
  };
}

/** Runs as nobody, if this is root. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (root) process.setegid!(65534);
  if (root) process.seteuid!(65534);
  try {
    return await run();
  } finally {
    if (root) process.seteuid!(0);
    if (root) process.setegid!(0);
  }
}

/**
 * A default ACL by which new files are for their owner alone (`struct posix_acl_xattr_header`, version 2, then tag,
 * permissions and id of each entry: user, group, others).
 */
const ownerOnlyAcl = new Uint8Array(
  Uint16Array.of(2, 0, 0x01, 7, 0xffff, 0xffff, 0x04, 0, 0xffff, 0xffff, 0x20, 0, 0xffff, 0xffff).buffer,
);

describe("extract", () => {
  it("makes files, directories, links and symlinks", async () => {
    const linked = text("linked");
    const tree = directory({ a: directory({ b: linked, c: text("") }), d: linked, s: symlink("a/b") });
    const target = `${temporary.next()}/made/too`;
    const progress: [number, number][] = [];
    const stats = await extract(await imageOf(tree), {
      target: `${target}/`,
      onProgress: (files, bytes) => progress.push([files, bytes]),
    });
    expect(stats).toEqual({
      files: 2,
      directories: 2,
      symlinks: 1,
      specials: 0,
      hardLinks: 1,
      bytes: 6,
      errors: 0,
      warnings: 0,
    });
    expect(pathsBelow(target)).toEqual(["a/", "a/b", "a/c", "d", "s"]);
    expect(readFileSync(`${target}/s`, "utf8")).toBe("linked");
    expect(lstatSync(`${target}/d`).ino).toBe(lstatSync(`${target}/a/b`).ino);
    expect(progress.at(-1)).toEqual([2, 6]);
  });

  it("takes a part, at its place in the image", async () => {
    const tree = directory({ a: directory({ b: text("b"), c: text("c") }, { mtime: 77 }), d: text("d") });
    const image = await imageOf(tree);
    const some = temporary.next();
    await extract(image, { target: some, paths: ["a/b"] });
    expect(pathsBelow(some)).toEqual(["a/", "a/b"]);
    expect(lstatSync(`${some}/a`).mtimeMs).toBe(77_000);
    const matched = temporary.next();
    await extract(image, { target: matched, match: (path) => path === "d" });
    expect(pathsBelow(matched)).toEqual(["d"]);
    const none = temporary.next();
    await expect(extract(image, { target: none, paths: ["x"] })).rejects.toThrow(PathError);
    expect(existsSync(none)).toBe(false);
  });

  it("leaves zeros out of files", async () => {
    const bytes = new Uint8Array(3 << 20);
    bytes.set(noise(5000, 1), 1 << 20);
    const target = temporary.next();
    await extract(await imageOf(directory({ sparse: file(bytes), hole: file(new Uint8Array(1 << 20)) })), {
      target,
    });
    expect(readFileSync(`${target}/sparse`).equals(bytes)).toBe(true);
    expect(lstatSync(`${target}/sparse`).size).toBe(3 << 20);
    expect(readFileSync(`${target}/hole`).equals(Buffer.alloc(1 << 20))).toBe(true);
  });

  it("wants an empty target, unless it may overwrite", async () => {
    const image = await imageOf(directory({ a: text("new"), d: directory({ e: text("new") }) }));
    const target = temporary.next();
    mkdirSync(`${target}/d`, { recursive: true });
    writeFileSync(`${target}/a`, "old, and longer");
    writeFileSync(`${target}/kept`, "");
    await expect(extract(image, { target })).rejects.toMatchObject({
      code: "ENOTEMPTY",
      message: `the target ${target} is not empty`,
    });
    await extract(image, { target, overwrite: true });
    expect(pathsBelow(target)).toEqual(["a", "d/", "d/e", "kept"]);
    expect(readFileSync(`${target}/a`, "utf8")).toBe("new");
  });

  it("says when the target is no directory", async () => {
    const image = await imageOf(directory({}));
    const path = temporary.next();
    writeFileSync(path, "");
    await expect(extract(image, { target: path })).rejects.toMatchObject({ code: "ENOTDIR" });
    await expect(extract(image, { target: `${path}/below` })).rejects.toMatchObject({ code: "ENOTDIR" });
    await expect(extract(image, { target: "" })).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("replaces no directory by anything else", async () => {
    const linked = text("x");
    const image = await imageOf(directory({ a: text("a"), b: symlink("/"), c: linked, d: linked }));
    const target = temporary.next();
    for (const name of ["a", "b", "d"]) mkdirSync(`${target}/${name}`, { recursive: true });
    const errors: string[] = [];
    const onError = (error: ErofsError): void => void errors.push(`${error.path} ${error.code}`);
    const stats = await extract(image, { target, overwrite: true, onError });
    expect(errors).toEqual(["a EEXIST", "b EEXIST", "d EEXIST"]);
    expect(stats).toMatchObject({ files: 1, errors: 3 });
  });

  it.skipIf(process.platform === "win32")(
    "writes through no symlink that is in the target (not on Windows)",
    async () => {
      const outside = temporary.next();
      mkdirSync(`${outside}/directory`, { recursive: true });
      writeFileSync(`${outside}/file`, "untouched");
      const target = temporary.next();
      mkdirSync(`${target}/deep`, { recursive: true });
      symlinkSync(`${outside}/file`, `${target}/file`);
      symlinkSync(`${outside}/new`, `${target}/dangling`);
      symlinkSync(`${outside}/directory`, `${target}/directory`);
      symlinkSync(`${outside}/directory`, `${target}/deep/directory`);
      const image = await imageOf(
        directory({
          file: text("evil"),
          dangling: text("evil"),
          directory: directory({ inside: text("evil") }),
          deep: directory({ directory: directory({ inside: text("evil"), more: directory({}) }) }),
        }),
      );
      await extract(image, { target, overwrite: true });
      expect(pathsBelow(outside)).toEqual(["directory/", "file"]);
      expect(readFileSync(`${outside}/file`, "utf8")).toBe("untouched");
      expect(lstatSync(`${target}/deep/directory`).isDirectory()).toBe(true);
    },
  );

  it.skipIf(process.platform === "win32")(
    "writes below no symlink that it could not remove (not on Windows)",
    async () => {
      const outside = temporary.next();
      mkdirSync(outside);
      chmodSync(outside, 0o777);
      const target = temporary.next();
      mkdirSync(`${target}/locked`, { recursive: true });
      symlinkSync(outside, `${target}/locked/link`);
      chmodSync(`${target}/locked`, 0o555);
      const below = directory({
        file: text("evil"),
        deeper: directory({ file: text("evil") }),
        s: symlink("x"),
      });
      const image = await imageOf(directory({ locked: directory({ link: below }) }));
      const errors: string[] = [];
      const onError = (error: ErofsError): void => void errors.push(`${error.path} ${error.code}`);
      await asNobody(() => extract(image, { target, overwrite: true, onError }));
      expect(readdirSync(outside)).toEqual([]);
      expect(errors[0]).toBe("locked/link EACCES");
    },
  );

  it("keeps symlinks of the image that lead outside as they are, and writes nothing through them", async () => {
    const outside = temporary.next();
    mkdirSync(outside);
    const target = temporary.next();
    const image = await imageOf(
      directory({ a: symlink(outside), b: symlink("../.."), c: directory({ d: symlink("..") }) }),
    );
    await extract(image, { target });
    expect(pathsBelow(target)).toEqual(["a", "b", "c/", "c/d"]);
    expect(readdirSync(outside)).toEqual([]);
  });

  it("ends with the first error, without half a file", async () => {
    const image = withBadFile(await imageOf(directory({ a: text("a"), b: text("bb") })), "b");
    const target = temporary.next();
    await expect(extract(image, { target })).rejects.toMatchObject({
      code: "EUCLEAN",
      path: "b",
      message: "b: made to fail",
    });
    expect(pathsBelow(target)).toEqual(["a"]);
  });

  it("goes on after errors when they are taken, but makes no link to what failed", async () => {
    const linked = text("bb");
    const tree = directory({ a: text("a"), b: linked, c: linked, d: text("d") });
    const target = temporary.next();
    const messages: string[] = [];
    const stats = await extract(withBadFile(await imageOf(tree), "b"), {
      target,
      onError: (error) => messages.push(error.message),
    });
    expect(messages).toEqual(["b: made to fail", "c: b, which it is a link to, could not be extracted"]);
    expect(stats).toMatchObject({ files: 2, errors: 2, hardLinks: 0 });
    expect(pathsBelow(target)).toEqual(["a", "d"]);
  });
});

describe.skipIf(!linux)("extract (needs Linux)", () => {
  it.skipIf(!root)("gives back everything of every kind of file (needs root)", async () => {
    const tree = everything(4096);
    // More than ext4 has room for.
    tree.entries = tree.entries!.filter((entry) => entry.name !== "big-xattrs");
    const odd = directory({}, { permissions: 0o555, uid: 5, gid: 6, mtime: -7, mtimeNsec: 123456789 });
    const capability = {
      name: "security.capability",
      value: new Uint8Array([1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    };
    const attributes = {
      suid: file(noise(10, 1), { permissions: 0o6755, uid: 1000, gid: 1000, xattrs: [capability] }),
      sgid: directory({ inner: file(noise(10, 2)) }, { permissions: 0o3775, gid: 1234 }),
      closed: file(noise(10, 3), { permissions: 0o000, xattrs: [xattr("user.a", "b")] }),
      device: Object.assign(special(FileType.blockDevice, 7, 300), {
        uid: 8,
        permissions: 0o4666,
        mtimeNsec: 5,
      }),
      odd,
    };
    const all = directory(
      { tree, attributes: directory(attributes), odd: symlink("x") },
      { permissions: 0o711, uid: 9, xattrs: [xattr("user.root", "r")] },
    );
    const target = temporary.next();
    const stats = await extract(await imageOf(all), { target });
    expect(differences(all, target)).toEqual([]);
    expect(stats).toMatchObject({ errors: 0, warnings: 0 });
  });

  it.skipIf(!root)("is not misled by a target that hands down its group or an ACL (needs root)", async () => {
    const tree = directory({ a: text("a"), d: directory({ b: text("b") }) }, { permissions: 0o755 });
    const inherited = temporary.next();
    mkdirSync(inherited);
    chownSync(inherited, 1234, 1234);
    chmodSync(inherited, 0o2775);
    await extract(await imageOf(tree), { target: inherited });
    expect(differences(tree, inherited)).toEqual([]);
    const restricted = temporary.next();
    mkdirSync(restricted);
    setXattr(restricted, "system.posix_acl_default", ownerOnlyAcl, true);
    await extract(await imageOf(tree), { target: restricted });
    expect(lstatSync(`${restricted}/d/b`).mode & 0o7777).toBe(0o644);
  });

  it("needs no root: owners stay, and what may not be set is a warning", async () => {
    const target = temporary.next();
    mkdirSync(target);
    chmodSync(target, 0o777);
    const mine = { uid: 12345, gid: 12345, xattrs: [xattr("trusted.t", "t"), xattr("user.u", "u")] };
    const tree = directory({
      a: file(noise(10, 1), { ...mine, permissions: 0o444 }),
      d: directory({ f: text("f") }, { permissions: 0o555 }),
    });
    const warnings: Warning[] = [];
    const image = await imageOf(tree);
    // The target itself stays another's.
    const options = { target, paths: ["a", "d"], onWarning: (warning: Warning) => warnings.push(warning) };
    const stats = root ? await asNobody(() => extract(image, options)) : await extract(image, options);
    expect(warnings).toEqual([
      {
        code: "XATTR_SKIPPED",
        path: "a",
        message: "extended attribute trusted.t left out: operation not permitted (EPERM)",
      },
    ]);
    expect(stats).toMatchObject({ files: 2, errors: 0, warnings: 1 });
    expect(lstatSync(`${target}/a`)).toMatchObject({ mode: 0o100444, uid: root ? 65534 : process.getuid!() });
    expect(lstatSync(`${target}/d`).mode).toBe(0o040555);
    chmodSync(`${target}/d`, 0o755);
  });

  it("honours owners: false and xattrs: false", async () => {
    const target = temporary.next();
    const tree = directory({
      a: file(noise(10, 1), { uid: 4242, gid: 4242, xattrs: [xattr("user.u", "u")] }),
    });
    const stats = await extract(await imageOf(tree), { target, owners: false, xattrs: false });
    expect(lstatSync(`${target}/a`).uid).toBe(process.geteuid!());
    expect(stats.warnings).toBe(0);
    expect(
      differences(
        directory({ a: file(noise(10, 1), { uid: process.geteuid!(), gid: process.getegid!() }) }),
        target,
      ).filter((line) => line.includes("/a:")),
    ).toEqual([]);
  });

  describe.skipIf(!built)("with threads (needs a build)", () => {
    function manyFiles(): ReturnType<typeof directory> {
      const group = (seed: number): ReturnType<typeof directory> =>
        directory(
          Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f${i}`, file(noise(i * 7, seed + i))])),
        );
      return directory({ a: group(1), b: group(2), c: group(3), d: group(4), e: group(5) });
    }

    it("gives the same as without", async () => {
      const tree = manyFiles();
      const path = temporary.next();
      writeFileSync(path, await imageBytes(tree));
      const image = await imageOf(tree);
      const target = temporary.next();
      const stats = await extract(image, { target, imageFile: { path }, workers: 3 });
      expect(stats).toMatchObject({ files: 300, errors: 0 });
      const owned = differences(tree, target).filter((line) => !/: (owner|xattrs) /.test(line) || root);
      expect(owned).toEqual([]);
    });

    it("collects the errors of all, or ends with the first", async () => {
      const tree = manyFiles();
      const path = temporary.next();
      writeFileSync(path, await imageBytes(tree));
      const image = await imageOf(tree);
      const target = temporary.next();
      for (const group of ["a", "b", "c", "d", "e"]) {
        mkdirSync(`${target}/${group}/f7`, { recursive: true });
        rmSync(`${target}/${group}/f8`, { force: true });
      }
      const errors: string[] = [];
      const options = { target, imageFile: { path }, workers: 2, overwrite: true };
      const stats = await extract(image, { ...options, onError: (error) => errors.push(error.message) });
      expect(errors.toSorted()).toEqual(
        ["a", "b", "c", "d", "e"].map((name) => `${name}/f7: file already exists (EEXIST)`),
      );
      expect(stats).toMatchObject({ files: 295, errors: 5 });
      await expect(extract(image, options)).rejects.toMatchObject({ code: "EEXIST" });
    });

    /** One file of several parts, with two names, among small ones. */
    function withLargeFile(): ReturnType<typeof directory> {
      const fields = { permissions: 0o444, mtime: 77, mtimeNsec: 123_456_789 };
      const large = file(noise(2 * PART_BYTES + 4321, 5), { ...fields, xattrs: [xattr("user.a", "b")] });
      return directory({ a: directory({ large, small: text("small") }), b: large, c: manyFiles() });
    }

    it("shares a large file between them", async () => {
      const tree = withLargeFile();
      const path = temporary.next();
      writeFileSync(path, await imageBytes(tree));
      const target = temporary.next();
      const image = openSync(fileSource(path));
      const stats = await extract(image, { target, imageFile: { path }, workers: 3 });
      image.close();
      expect(stats).toMatchObject({ files: 302, hardLinks: 1, errors: 0, warnings: 0 });
      const owned = differences(tree, target).filter((line) => !/: owner /.test(line) || root);
      expect(owned).toEqual([]);
    });

    it("removes a large file that cannot be read in the middle, and makes no link to it", async () => {
      const path = temporary.next();
      const bytes = await imageBytes(withLargeFile());
      const image = openSync(memorySource(bytes));
      const [extent] = image.extents(image.lookup("b"));
      // The threads, this one aside, find that the image ends there.
      writeFileSync(path, bytes.subarray(0, extent!.physical!.offset + 1.5 * PART_BYTES));
      const cut = openSync(fileSource(path));
      const target = temporary.next();
      const errors: string[] = [];
      const onError = (error: ErofsError): void => void errors.push(`${error.code} ${error.path}`);
      const options = { target, imageFile: { path }, workers: 3, paths: ["a", "b"] };
      const stats = await extract(cut, { ...options, onError });
      expect(errors).toEqual(["EUCLEAN a/large", "EUCLEAN b"]);
      expect(stats).toMatchObject({ files: 1, errors: 2 });
      expect(pathsBelow(target)).toEqual(["a/", "a/small"]);
      const next = { ...options, target: temporary.next() };
      await expect(extract(cut, next)).rejects.toMatchObject({ code: "EUCLEAN", path: "a/large" });
      expect(existsSync(`${next.target}/a/large`)).toBe(false);
      cut.close();
    });

    it("reads what a plugin has compressed, by its module", async () => {
      const tree = directory({
        a: file(runs(300_000, 1)),
        b: directory({ c: file(runs(2 * PART_BYTES, 2)) }),
      });
      const path = temporary.next();
      writeFileSync(path, await imageBytes(tree, { compressor: brotli, pclusterSize: 65536, level: 0 }));
      const decoders = await loadDecoders([brotli]);
      const extractWith = async (compressors: readonly NamedCompressor[] | undefined) => {
        const image = openSync(fileSource(path), { decoders });
        const target = temporary.next();
        await extract(image, { target, imageFile: { path }, compressors, workers: 3 });
        image.close();
        return differences(tree, target).filter((line) => !/: owner /.test(line) || root);
      };
      expect(await extractWith([brotli])).toEqual([]);
      const { module } = brotli;
      await expect(extractWith([{ name: "other", module }])).rejects.toThrow(
        /exports no compressor of the name other/,
      );
      const exiting = "data:text/javascript,process.exit(0)";
      await expect(extractWith([{ name: "brotli", module: exiting }])).rejects.toMatchObject({
        name: "ErofsError",
        code: "ECHILD",
        message: "a thread died: it exited with code 0",
      });
      // By one thread, which has the decoder.
      expect(await extractWith(undefined)).toEqual([]);
      expect(await extractWith([{ name: "brotli" }])).toEqual([]);
    });

    it("fails when the threads cannot open the image", async () => {
      const image = await imageOf(manyFiles());
      const imageFile = { path: `${temporary.path}/none` };
      const extracting = extract(image, { target: temporary.next(), imageFile, workers: 2 });
      await expect(extracting).rejects.toMatchObject({
        name: "ErofsError",
        code: "ENOENT",
        message: "cannot read the image: no such file or directory (ENOENT)",
      });
    });

    it("starts them under options of V8's, and from text", async () => {
      const path = temporary.next();
      writeFileSync(path, await imageBytes(manyFiles()));
      const script = `Promise.all(${JSON.stringify([
        new URL("../dist/index.js", import.meta.url),
        new URL("../../reader/dist/index.js", import.meta.url),
        new URL("../../reader/dist/node.js", import.meta.url),
      ])}.map((url) => import(url))).then(async ([{ extract }, { openSync }, { fileSource }]) => {
        const [path, target] = ${JSON.stringify([path, temporary.next()])};
        const stats = await extract(openSync(fileSource(path)), { target, imageFile: { path }, workers: 2 });
        console.log(stats.files);
      });`;
      const options = ["--max-old-space-size=300", "--input-type=module"];
      expect(execFileSync(process.execPath, [...options, "-e", script], { encoding: "utf8" })).toBe("300\n");
    });
  });
});
