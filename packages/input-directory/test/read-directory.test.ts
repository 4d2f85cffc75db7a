import { execFileSync } from "node:child_process";
import {
  chmodSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  closeSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { BuildError, FileType } from "@erofs/format";
import { available, makeNode, pathArgument, setTime, setXattr } from "@erofs/linux";
import type { TreeNode } from "@erofs/tree";
import { describe, expect, it } from "vitest";
import type { Warning } from "../src/options.ts";
import { readDirectory, scanDirectory } from "../src/read-directory.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const linux = available();
const root = process.getuid?.() === 0;
const directory = temporaryDirectory();
let made = 0;

function makeSource(): string {
  const path = `${directory.path}/${++made}`;
  mkdirSync(path);
  return path;
}

function child(node: TreeNode, path: string): TreeNode {
  let at = node;
  for (const name of path.split("/")) {
    const entry = at.entries!.find((candidate) => candidate.name === name);
    if (entry === undefined) throw new Error(`no ${name} among ${at.entries!.map((e) => e.name).join(" ")}`);
    at = entry.node;
  }
  return at;
}

/** Paths of a tree, directories with a slash. */
function paths(node: TreeNode, prefix = ""): string[] {
  return node.entries!.flatMap((entry) =>
    entry.node.entries === undefined
      ? [prefix + entry.name]
      : [`${prefix}${entry.name}/`, ...paths(entry.node, `${prefix}${entry.name}/`)],
  );
}

function failure(run: () => unknown): BuildError {
  try {
    run();
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("readDirectory", () => {
  it("makes sorted entries, contents, links and counts", () => {
    const source = makeSource();
    mkdirSync(`${source}/sub/deep`, { recursive: true });
    writeFileSync(`${source}/sub/deep/file`, "hello");
    writeFileSync(`${source}/empty`, "");
    symlinkSync("sub/../\u00fc", `${source}/link`);
    writeFileSync(`${source}/Z`, "z");
    linkSync(`${source}/Z`, `${source}/sub/hard`);
    chmodSync(`${source}/Z`, 0o640);
    utimesSync(`${source}/Z`, 1000, 1000);
    const { root: tree, stats } = readDirectory(`${source}//`);
    expect(paths(tree)).toEqual(["Z", "empty", "link", "sub/", "sub/deep/", "sub/deep/file", "sub/hard"]);
    expect(stats).toEqual({
      files: 3,
      directories: 3,
      symlinks: 1,
      specials: 0,
      hardLinks: 1,
      bytes: 6,
      excluded: 0,
    });
    expect(child(tree, "Z")).toBe(child(tree, "sub/hard"));
    expect(child(tree, "Z")).toMatchObject({
      type: FileType.regular,
      permissions: 0o640,
      mtime: 1000,
      mtimeNsec: 0,
      size: 1,
    });
    expect(child(tree, "Z").content).toEqual({
      kind: "file",
      directory: source,
      name: "Z",
      mtime: 1000,
      mtimeNsec: 0,
    });
    expect(child(tree, "empty").content).toBeUndefined();
    expect(child(tree, "link").target).toBe("sub/../\xc3\xbc");
    const { content } = child(tree, "sub/deep/file");
    expect(content).toMatchObject({ directory: `${source}/sub/deep` });
  });

  it("shows each directory when its entries are there, parents first", () => {
    const source = makeSource();
    mkdirSync(`${source}/b/deep`, { recursive: true });
    for (const path of ["a", "b/file", "b/deep/file", "c"]) writeFileSync(`${source}/${path}`, path);
    const seen: [string, string[] | undefined][] = [];
    const scan = scanDirectory(source);
    let step = scan.next();
    for (; !step.done; step = scan.next()) {
      const { path, node } = step.value;
      seen.push([path, node.entries?.map(({ name }) => name)]);
    }
    expect(seen).toEqual([
      ["", ["a", "b", "c"]],
      ["b", ["deep", "file"]],
      ["b/deep", ["file"]],
    ]);
    expect(step.value).toEqual(readDirectory(source));
  });

  it("makes a node of each name with hardDereference", () => {
    const source = makeSource();
    writeFileSync(`${source}/a`, "a");
    linkSync(`${source}/a`, `${source}/b`);
    const { root: tree, stats } = readDirectory(source, { hardDereference: true });
    expect(child(tree, "a")).not.toBe(child(tree, "b"));
    expect(stats).toMatchObject({ files: 2, hardLinks: 0 });
  });

  it("follows a source that is a symlink, and only the source", () => {
    const source = makeSource();
    mkdirSync(`${source}/real/sub`, { recursive: true });
    writeFileSync(`${source}/real/file`, "x");
    symlinkSync("sub", `${source}/real/loop`);
    symlinkSync("real", `${source}/link`);
    const { root: tree } = readDirectory(`${source}/link`);
    expect(paths(tree)).toEqual(["file", "loop", "sub/"]);
  });

  it("leaves out what is excluded, and does not look into it", () => {
    const source = makeSource();
    mkdirSync(`${source}/a/b`, { recursive: true });
    mkdirSync(`${source}/node_modules/x`, { recursive: true });
    writeFileSync(`${source}/a/b/c.o`, "");
    writeFileSync(`${source}/a/b/c.c`, "");
    const { root: tree, stats } = readDirectory(source, {
      excludeGlobs: ["*.o", "node_modules/"],
      excludePaths: ["a/none"],
    });
    expect(paths(tree)).toEqual(["a/", "a/b/", "a/b/c.c"]);
    expect(stats.excluded).toBe(2);
    expect(paths(readDirectory(source, { excludePaths: ["a"] }).root)).toEqual([
      "node_modules/",
      "node_modules/x/",
    ]);
  });

  it("overrides owners and times everywhere, the source too, but not the time to check against", () => {
    const source = makeSource();
    writeFileSync(`${source}/a`, "a");
    utimesSync(`${source}/a`, 1000, 1000);
    const { root: tree } = readDirectory(source, { uid: 7, gid: 8, fixedTime: 5 });
    for (const node of [tree, child(tree, "a")])
      expect(node).toMatchObject({ uid: 7, gid: 8, mtime: 5, mtimeNsec: 0 });
    expect(child(tree, "a").content).toMatchObject({ mtime: 1000 });
  });

  it("reports progress, at the end too", () => {
    const source = makeSource();
    writeFileSync(`${source}/a`, "abc");
    const calls: [number, number][] = [];
    readDirectory(source, { onProgress: (files, bytes) => calls.push([files, bytes]) });
    expect(calls.at(-1)).toEqual([1, 3]);
  });

  it("says clearly when the source is missing, empty or no directory", () => {
    const source = makeSource();
    writeFileSync(`${source}/file`, "");
    expect(failure(() => readDirectory(`${source}/none`))).toMatchObject({
      code: "ENOENT",
      path: `${source}/none`,
      message: `cannot read the source ${source}/none: no such file or directory (ENOENT)`,
    });
    expect(failure(() => readDirectory(`${source}/file`))).toMatchObject({
      code: "ENOTDIR",
      message: `the source ${source}/file is not a directory`,
    });
    expect(failure(() => readDirectory("")).code).toBe("ENOENT");
  });

  it("reads an empty directory", () => {
    expect(readDirectory(makeSource()).root.entries).toEqual([]);
  });
});

describe.skipIf(!linux)("readDirectory (needs Linux)", () => {
  it("keeps names that are not UTF-8", () => {
    const source = makeSource();
    mkdirSync(pathArgument(`${source}/\xff`));
    writeFileSync(pathArgument(`${source}/\xff/\x80\x01`), "x");
    setXattr(`${source}/\xff/\x80\x01`, "user.a", new Uint8Array([1]), false);
    symlinkSync(pathArgument("\xfe"), pathArgument(`${source}/\xff/l`));
    const { root: tree } = readDirectory(source);
    expect(paths(tree)).toEqual(["\xff/", "\xff/l", "\xff/\x80\x01"]);
    expect(child(tree, "\xff/l").target).toBe("\xfe");
    expect(child(tree, "\xff/\x80\x01").xattrs).toHaveLength(1);
    expect(paths(readDirectory(Buffer.from(`${source}/\xff`, "latin1")).root)).toEqual(["l", "\x80\x01"]);
  });

  it("reads times to the nanosecond", () => {
    const source = makeSource();
    writeFileSync(`${source}/a`, "a");
    setTime(`${source}/a`, -7, 123456789, false);
    const node = child(readDirectory(source).root, "a");
    expect(node).toMatchObject({ mtime: -7, mtimeNsec: 123456789 });
    expect(node.content).toMatchObject({ mtime: -7, mtimeNsec: 123456789 });
  });

  it("reads extended attributes, sorted and filtered, of the source too", () => {
    const source = makeSource();
    writeFileSync(`${source}/a`, "");
    setXattr(`${source}/a`, "user.b", new Uint8Array([2]), false);
    setXattr(`${source}/a`, "user.a", new Uint8Array(), false);
    setXattr(source, "user.top", new Uint8Array([9]), false);
    const { root: tree } = readDirectory(source);
    expect(child(tree, "a").xattrs).toEqual([
      { name: "user.a", value: new Uint8Array() },
      { name: "user.b", value: new Uint8Array([2]) },
    ]);
    expect(tree.xattrs).toEqual([{ name: "user.top", value: new Uint8Array([9]) }]);
    const filtered = readDirectory(source, { xattrFilter: (name) => name === "user.b" }).root;
    expect(child(filtered, "a").xattrs!.map((xattr) => xattr.name)).toEqual(["user.b"]);
    expect(filtered.xattrs).toBeUndefined();
    expect(child(readDirectory(source, { xattrs: false }).root, "a").xattrs).toBeUndefined();
  });

  it("warns of a directory that goes away before it is listed", () => {
    const source = makeSource();
    mkdirSync(`${source}/a`);
    mkdirSync(`${source}/b/c`, { recursive: true });
    writeFileSync(`${source}/z`, "");
    setXattr(`${source}/z`, "user.z", new Uint8Array(1), false);
    const warnings: Warning[] = [];
    const { root: tree, stats } = readDirectory(source, {
      onWarning: (warning) => warnings.push(warning),
      // Asked when all names of the source are known, but its directories are not yet listed.
      xattrFilter: () => {
        rmSync(`${source}/b`, { recursive: true });
        return false;
      },
    });
    expect(paths(tree)).toEqual(["a/", "z"]);
    expect(stats.directories).toBe(2);
    expect(warnings).toEqual([
      {
        code: "VANISHED",
        path: `${source}/b`,
        message: `${source}/b: went away while the directory was read; left out`,
      },
    ]);
  });

  it("finds the data of sparse files, and asks no others", () => {
    const source = makeSource();
    const fd = openSync(`${source}/sparse`, "w");
    writeSync(fd, Buffer.alloc(65536, 1), 0, 65536, 1 << 20);
    ftruncateSync(fd, 20 * 2 ** 30);
    closeSync(fd);
    writeFileSync(`${source}/dense`, Buffer.alloc(100_000, 1));
    const { root: tree } = readDirectory(source);
    expect(child(tree, "sparse")).toMatchObject({
      size: 20 * 2 ** 30,
      content: { ranges: [{ offset: 1 << 20, size: 65536 }] },
    });
    expect(child(tree, "dense").content).not.toHaveProperty("ranges");
  });

  it("reads fifos and sockets", () => {
    const source = makeSource();
    makeNode(`${source}/fifo`, 0o010600, 0, 0);
    makeNode(`${source}/socket`, 0o140600, 0, 0);
    const { root: tree, stats } = readDirectory(source);
    expect(child(tree, "fifo").type).toBe(FileType.fifo);
    expect(child(tree, "socket").type).toBe(FileType.socket);
    expect(stats.specials).toBe(2);
  });

  it.skipIf(!root)("reads devices and large owners (needs root)", () => {
    const source = makeSource();
    makeNode(`${source}/device`, 0o060640, 259, 70000);
    execFileSync("chown", ["70000:4000000000", `${source}/device`]);
    expect(child(readDirectory(source).root, "device")).toMatchObject({
      type: FileType.blockDevice,
      permissions: 0o640,
      uid: 70000,
      gid: 4000000000,
      major: 259,
      minor: 70000,
    });
  });

  it.skipIf(!root)("stays on the file system of the source if asked to (needs root)", () => {
    const source = makeSource();
    mkdirSync(`${source}/mounted/inner`, { recursive: true });
    writeFileSync(`${source}/bound`, "");
    execFileSync("mount", ["-t", "tmpfs", "none", `${source}/mounted`]);
    try {
      writeFileSync(`${source}/mounted/file`, "x");
      execFileSync("mount", ["--bind", `${source}/mounted/file`, `${source}/bound`]);
      const warnings: string[] = [];
      const onWarning = (warning: Warning): void => void warnings.push(warning.code);
      expect(paths(readDirectory(source, { oneFileSystem: true, onWarning }).root)).toEqual(["mounted/"]);
      expect(warnings).toEqual(["OTHER_FILE_SYSTEM"]);
      expect(paths(readDirectory(source).root)).toEqual(["bound", "mounted/", "mounted/file"]);
    } finally {
      execFileSync("sh", ["-c", 'umount "$1/bound"; umount "$1/mounted"', "sh", source]);
    }
  });

  it("says clearly when a path is too long for Linux", () => {
    const source = makeSource();
    const makeDeep = `
      process.chdir(process.argv[1]);
      for (let i = 0; i < 20; i++) {
        require("fs").mkdirSync("d".repeat(250));
        process.chdir("d".repeat(250));
      }`;
    try {
      execFileSync(process.execPath, ["-e", makeDeep, source]);
      const error = failure(() => readDirectory(source));
      expect(error.code).toBe("ENAMETOOLONG");
      expect(error.message).toMatch(/^a path of \d+ bytes is longer than Linux can open \(4095\): /);
      expect(failure(() => readDirectory(source, { xattrs: false })).code).toBe("ENAMETOOLONG");
    } finally {
      // Node's own rmSync cannot reach what is that deep.
      execFileSync("rm", ["-rf", source]);
    }
  });

  it("says which directory cannot be read", () => {
    const source = makeSource();
    mkdirSync(`${source}/locked`, { mode: 0o000 });
    chmodSync(directory.path, 0o755);
    // Root may read everything, so this test stops being root for a moment.
    if (root) process.seteuid!(65534);
    try {
      expect(failure(() => readDirectory(source))).toMatchObject({
        code: "EACCES",
        path: `${source}/locked`,
        message: `cannot read the directory ${source}/locked: permission denied (EACCES)`,
      });
    } finally {
      if (root) process.seteuid!(0);
    }
  });
});
