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
import { expect } from "vitest";

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
    expect(node.mode, what).toBe(Number(stat.mode));
    const owner = (expected.owners ?? true) ? [Number(stat.uid), Number(stat.gid)] : [0, 0];
    expect([node.uid, node.gid], what).toEqual(owner);
    expect(node.nlink, what).toBe(Number(stat.nlink));
    if (expected.times ?? true) expect(node.mtime, what).toBe(Number(stat.mtimeNs / 1_000_000_000n));
    const known = links.get(stat.ino);
    if (known !== undefined) expect(node.nid, what).toBe(known);
    links.set(stat.ino, node.nid);

    const wanted = (expected.xattrs ?? true) ? (listXattrs(path, false) ?? []) : [];
    expect(sorted(await image.xattrs(node)), what).toEqual(sorted(wanted));
    for (const { name, value } of wanted)
      expect(hexOf(await image.xattr(node, name)), name).toBe(hexOf(value));
    expect(await image.xattr(node, "user.absent"), what).toBeUndefined();

    switch (typeOfMode(node.mode)) {
      case FileType.regular:
        expect(node.size, what).toBe(Number(stat.size));
        await compareContent(node, readFileSync(host), what);
        break;
      case FileType.symlink:
        expect(await image.readlink(node), what).toBe(readlinkSync(host, "latin1"));
        break;
      case FileType.directory:
        await compareDirectory(node, path);
        break;
      case FileType.characterDevice:
      case FileType.blockDevice: {
        const { major, minor } = decodeDevice(node.rdev);
        expect([major, minor], what).toEqual(splitDevice(stat.rdev));
        break;
      }
      default:
        expect(node.size, what).toBe(0);
    }
  }

  async function compareContent(node: Inode, bytes: Uint8Array, what: string): Promise<void> {
    expect(Buffer.compare(await image.read(node), bytes), `${what} whole`).toBe(0);
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
      expect(Buffer.compare(part, bytes.subarray(offset, offset + length)), `${what} at ${offset}`).toBe(0);
    }
    let end = 0;
    for (const extent of await image.extents(node)) {
      expect(extent.logical, what).toBe(end);
      end += extent.length;
    }
    expect(end, what).toBe(bytes.length);
    const holes = Buffer.from(bytes);
    for (const { offset, length } of await image.dataRanges(node)) holes.fill(0, offset, offset + length);
    expect(
      holes.every((byte) => byte === 0),
      `${what} outside its data`,
    ).toBe(true);
  }

  async function compareDirectory(node: Inode, path: ByteString): Promise<void> {
    const entries = await image.readdir(node);
    const names = entries.map(({ name }) => name).filter((name) => name !== "." && name !== "..");
    expect(names, path).toEqual(readdirSync(pathArgument(path), "latin1").toSorted());
    for (const { name, nid, type } of entries) {
      const found = await image.child(node, name);
      expect(found?.nid, `${path}/${name}`).toBe(nid);
      expect(typeOfMode((found as Inode).mode), `${path}/${name}`).toBe(type);
      if (name !== "." && name !== "..") await compare(found as Inode, `${path}/${name}`);
    }
    for (const absent of ["", "\x01", "~", "zzzz", "entry-", "m"]) {
      if (!names.includes(absent)) expect(await image.child(node, absent), absent).toBeUndefined();
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
