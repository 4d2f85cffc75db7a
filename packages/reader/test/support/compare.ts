import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { listXattrs, pathArgument } from "@erofs/linux";
import type { DataRange, ExtentInfo, Xattr } from "@erofs/reader";
import {
  type ByteString,
  decodeDevice,
  type Dirent,
  FileType,
  fromText,
  type Inode,
  typeOfMode,
} from "@erofs/format";
import { same, sameBytes } from "./same.ts";

type Later<T> = T | Promise<T>;

/** What both kinds of images can do. */
export interface ImageUnderTest {
  readonly root: Inode;
  inode(nid: number): Later<Inode>;
  child(dir: Inode, name: ByteString): Later<Inode | undefined>;
  readdir(dir: Inode): Later<Dirent[]>;
  read(node: Inode, offset?: number, length?: number): Later<Uint8Array>;
  readlink(node: Inode): Later<ByteString>;
  xattrs(node: Inode): Later<Xattr[]>;
  xattr(node: Inode, name: ByteString): Later<Uint8Array | undefined>;
  extents(node: Inode): Later<ExtentInfo[]>;
  dataRanges(node: Inode): Later<DataRange[]>;
}

/** What an image's options leave of the source. */
export interface Expectation {
  /** Off for compact inodes, which have one time for all (erofs-utils before 1.8) and no nanoseconds. */
  readonly times?: boolean;
  readonly xattrs?: boolean;
  /** Off for --all-root. */
  readonly owners?: boolean;
  /** Names that the image does not have. */
  readonly absent?: readonly string[];
}

/** Compares a whole image with the directory it was made from. Returns the number of inodes compared. */
export async function expectSameTree(
  image: ImageUnderTest,
  source: string,
  expected: Expectation = {},
): Promise<number> {
  const links = new Map<bigint, number>();
  let count = 0;

  async function compare(node: Inode, path: ByteString): Promise<void> {
    count++;
    const host = pathArgument(path);
    const stat = lstatSync(host, { bigint: true });
    const what = JSON.stringify(path);
    same(node.mode, Number(stat.mode), what);
    const owner = (expected.owners ?? true) ? [Number(stat.uid), Number(stat.gid)] : [0, 0];
    same(String([node.uid, node.gid]), String(owner), what);
    same(node.nlink, Number(stat.nlink), what);
    if (expected.times ?? true) same(node.mtime, Number(stat.mtimeNs / 1_000_000_000n), what);
    const known = links.get(stat.ino);
    if (known !== undefined) same(node.nid, known, what);
    links.set(stat.ino, node.nid);

    const wanted = (expected.xattrs ?? true) ? (listXattrs(path, false) ?? []) : [];
    same(String(sorted(await image.xattrs(node))), String(sorted(wanted)), what);
    for (const { name, value } of wanted) same(hexOf(await image.xattr(node, name)), hexOf(value), name);
    same(await image.xattr(node, "user.absent"), undefined, what);

    switch (typeOfMode(node.mode)) {
      case FileType.regular:
        same(node.size, Number(stat.size), what);
        await compareContent(node, readFileSync(host), what);
        break;
      case FileType.symlink:
        same(await image.readlink(node), readlinkSync(host, "latin1"), what);
        break;
      case FileType.directory:
        await compareDirectory(node, path);
        break;
      case FileType.characterDevice:
      case FileType.blockDevice: {
        const { major, minor } = decodeDevice(node.rdev);
        same(String([major, minor]), String(splitDevice(stat.rdev)), what);
        break;
      }
      default:
        same(node.size, 0, what);
    }
  }

  async function compareContent(node: Inode, bytes: Uint8Array, what: string): Promise<void> {
    sameBytes(await image.read(node), bytes, `${what} whole`);
    // A few ranges that begin and end inside blocks, clusters and extents.
    for (const [offset, length] of [
      [1, 1],
      [4095, 2],
      [bytes.length - 10, 100],
      [bytes.length >> 1, 5000],
      [65_000, 70_000],
    ] as const) {
      if (offset < 0) continue;
      const part = await image.read(node, offset, length);
      sameBytes(part, bytes.subarray(offset, offset + length), `${what} at ${offset}`);
    }
    let end = 0;
    for (const extent of await image.extents(node)) {
      same(extent.logical, end, what);
      end += extent.length;
    }
    same(end, bytes.length, what);
    const holes = Buffer.from(bytes);
    for (const { offset, length } of await image.dataRanges(node)) holes.fill(0, offset, offset + length);
    sameBytes(holes, Buffer.alloc(holes.length), `${what} outside its data`);
  }

  async function compareDirectory(node: Inode, path: ByteString): Promise<void> {
    const entries = await image.readdir(node);
    const names = entries.map(({ name }) => name).filter((name) => name !== "." && name !== "..");
    const there = readdirSync(pathArgument(path), "latin1").filter(
      (name) => !expected.absent?.includes(name),
    );
    same(String(names), String(there.toSorted()), path);
    for (const { name, nid, type } of entries) {
      const found = await image.child(node, name);
      same(found?.nid, nid, `${path}/${name}`);
      same(typeOfMode((found as Inode).mode), type, `${path}/${name}`);
      if (name !== "." && name !== "..") await compare(found as Inode, `${path}/${name}`);
    }
    for (const absent of ["", "\x01", "~", "zzzz", "entry-", "m"]) {
      if (!names.includes(absent)) same(await image.child(node, absent), undefined, absent);
    }
  }

  await compare(image.root, fromText(source));
  return count;
}

function sorted(xattrs: readonly Xattr[]): string[] {
  return xattrs.map(({ name, value }) => `${name}=${hexOf(value)}`).toSorted();
}

function hexOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("hex");
}

/** Major and minor of a `st_rdev` as glibc packs it. */
function splitDevice(rdev: bigint): [number, number] {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n);
  return [Number(major), Number(minor)];
}
