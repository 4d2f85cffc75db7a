import {
  Algorithm,
  type ByteString,
  decodeDeflateConfig,
  type Dirent,
  FeatureCompat,
  FeatureIncompat,
  FileType,
  type Inode,
  matchWindow,
  SUPERBLOCK_OFFSET,
  typeOfMode,
} from "@erofs/format";
import type { ImageState, OpenOptions } from "../image-state.ts";
import { checksumFault, openState } from "../open-state.ts";
import { metaboxInode, readInode } from "../inode.ts";
import { packedInode } from "../packed-inode.ts";
import { readlink } from "../path.ts";
import { type Reading, runAsync, runSync } from "../reading.ts";
import type { AsyncSource, SyncSource } from "../sources/source.ts";
import { longPrefixes } from "../xattrs.ts";
import { checkEnd, ContentCheck } from "./check-content.ts";
import { checkDevices } from "./check-devices.ts";
import { checkDirectory, checkEntryType, type DirectoryVisit } from "./check-directory.ts";
import { checkXattrs } from "./check-xattrs.ts";
import { Ledger, workLimit } from "./ledger.ts";
import { type CheckProgress, type CheckReport, type Fault, FaultList } from "./report.ts";

export interface CheckOptions extends Omit<OpenOptions, "verifyChecksum"> {
  /** How many faults to keep, default 1000; all are counted. */
  readonly maxFaults?: number;
  /** Whether the content of files is read and decoded, default true. */
  readonly readData?: boolean;
  /** Called often: after each inode and each piece of content. */
  readonly onProgress?: (progress: CheckProgress) => void;
}

/** A file with several links: checked once all entries are seen. */
interface LinkedFile {
  readonly path: ByteString;
  readonly nlink: number;
  links: number;
}

/** What an entry costs, as bytes decoded do. */
const ENTRY_WORK = 64;
/** Compact directories whose link count would not fit 16 bits say 1. */
const MANY_LINKS = 0xffff;

/**
 * Checks a whole image: superblock, tree, inodes, links, attributes, all content.
 * Whatever is wrong behind the superblock becomes a fault in the report.
 * @throws CorruptImage, UnsupportedFeature when the superblock cannot be used; the source's errors
 */
export function checkSync(
  source: SyncSource,
  options: CheckOptions & { readonly devices?: readonly SyncSource[] } = {},
): CheckReport {
  const sources = [source, ...(options.devices ?? [])];
  return runSync(checkImage(sizesOf(sources), options), sources);
}

/** The same on an asynchronous source. */
export function check(
  source: AsyncSource,
  options: CheckOptions & { readonly devices?: readonly AsyncSource[] } = {},
): Promise<CheckReport> {
  const sources = [source, ...(options.devices ?? [])];
  return runAsync(checkImage(sizesOf(sources), options), sources);
}

/** @throws CorruptImage, UnsupportedFeature for a record with which Linux does not mount */
function checkConfig(algorithm: number, config: Uint8Array): void {
  if (algorithm === Algorithm.deflate) decodeDeflateConfig(config);
  else matchWindow(algorithm, config);
}

function sizesOf(sources: readonly { readonly size: number }[]): number[] {
  return sources.map(({ size }) => size);
}

function* checkImage(sizes: readonly number[], options: CheckOptions): Reading<CheckReport> {
  const image = yield* openState(sizes, { ...options, verifyChecksum: false });
  const checking = new TreeCheck(image, options, (faults, onBytes) =>
    contentOnTheWay(image, faults, onBytes),
  );
  yield* checking.run();
  return checking.report();
}

/** Checks the content of files, or sees that it is done. */
export interface Content {
  /** Takes a file, whose faults belong to `place` of the list. */
  check(path: ByteString, node: Inode, place: number): Reading<void>;
}

/** @param onBytes to be told of bytes that are sound */
export type MakeContent = (faults: FaultList, onBytes: (bytes: number) => void) => Content;

/** Content that is checked when the walk meets it. */
export function contentOnTheWay(
  image: ImageState,
  faults: FaultList,
  onBytes: (bytes: number) => void,
  partBytes?: number,
): Content {
  const content = new ContentCheck(image, Ledger.alone(image), onBytes, partBytes);
  return {
    *check(path, node, place) {
      const outcome = yield* content.file(node);
      faults.insert(place, withPath(outcome.faults, path));
    },
  };
}

/** Faults of content, with the path that they were met at. */
export function withPath(faults: readonly Fault[], path: ByteString): Fault[] {
  return faults.map((fault) => ({ ...fault, path }));
}

/** The walk over the tree, with what it has to remember. */
export class TreeCheck {
  readonly #image: ImageState;
  readonly #options: CheckOptions;
  readonly #faults: FaultList;
  readonly #content: Content;
  /** NIDs of all inodes seen. */
  readonly #seen = new Set<number>();
  readonly #linked = new Map<number, LinkedFile>();
  /** Directories still to be read. */
  readonly #directories: DirectoryVisit[] = [];
  /** What reading metadata may still cost: compressed, it may claim to be far more than the image holds. */
  #budget: number;
  #directoryCount = 0;
  #bytes = 0;

  constructor(image: ImageState, options: CheckOptions, makeContent: MakeContent) {
    this.#image = image;
    this.#options = options;
    this.#budget = workLimit(image.devices.sizes);
    this.#faults = new FaultList(options.maxFaults ?? 1000);
    this.#content = makeContent(this.#faults, (bytes) => {
      this.#bytes += bytes;
      this.#progress();
    });
  }

  report(): CheckReport {
    return {
      faults: this.#faults.kept,
      faultCount: this.#faults.count,
      inodes: this.#seen.size,
      directories: this.#directoryCount,
      bytes: this.#bytes,
    };
  }

  *run(): Reading<void> {
    yield* this.#superblock();
    const { rootNid } = this.#image.superblock;
    const root = yield* this.#inode("", rootNid);
    if (root === undefined) return;
    if (typeOfMode(root.mode) !== FileType.directory) {
      this.#faults.add("inode", "", rootNid, "the root inode is not a directory");
      return;
    }
    this.#directories.push({ node: root, path: "", parentNid: rootNid });
    for (let visit = this.#directories.pop(); visit !== undefined; visit = this.#directories.pop()) {
      yield* this.#directory(visit);
      if (this.#budget < 0) {
        const { path, node } = visit;
        const message = "what follows was not read, since the metadata claims far more than the image holds";
        this.#faults.add("unsupported", path, node.nid, message);
        return;
      }
    }
    for (const [nid, { path, nlink, links }] of this.#linked) {
      if (nlink !== links) {
        this.#faults.add("link-count", path, nid, `link count ${nlink}, ${links} entries lead to the inode`);
      }
    }
  }

  *#superblock(): Reading<void> {
    const { cache, superblock } = this.#image;
    const fault = yield* checksumFault(cache, superblock);
    if (fault !== undefined) this.#faults.add("superblock", "", undefined, fault, SUPERBLOCK_OFFSET + 4);
    for (const [algorithm, config] of this.#image.compressionConfigs) {
      try {
        checkConfig(algorithm, config);
      } catch (error) {
        this.#faults.addError("superblock", "", undefined, error);
      }
    }
    const { featureCompat, featureIncompat, packedNid, ishareXattrPrefixId, xattrPrefixCount } = superblock;
    const hasDigests = (featureCompat & FeatureCompat.ishareXattrs) !== 0;
    if (hasDigests && ishareXattrPrefixId >= xattrPrefixCount) {
      const message = `inode digests by the xattr prefix ${ishareXattrPrefixId} of ${xattrPrefixCount}`;
      this.#faults.add("superblock", "", undefined, message, SUPERBLOCK_OFFSET + 0x69);
    }
    checkDevices(this.#image, this.#faults);
    yield* this.#part(longPrefixes(this.#image));
    if ((featureIncompat & FeatureIncompat.fragments) !== 0 && packedNid !== 0) {
      yield* this.#part(this.#hidden("(packed inode)", packedInode(this.#image)));
    }
    if ((featureIncompat & FeatureIncompat.metabox) !== 0) {
      yield* this.#part(this.#hidden("(metabox)", metaboxInode(this.#image)));
    }
  }

  /** Reads something that the superblock names. */
  *#part(reading: Reading<unknown>): Reading<void> {
    try {
      yield* reading;
    } catch (error) {
      this.#faults.addError("superblock", "", undefined, error);
    }
  }

  *#hidden(path: string, reading: Reading<Inode>): Reading<void> {
    yield* this.#node(path, yield* reading);
  }

  /** Reads one directory and the inodes of its entries. */
  *#directory(visit: DirectoryVisit): Reading<void> {
    const { node, path } = visit;
    this.#directoryCount++;
    const entries = yield* this.#metered(checkDirectory(this.#image, this.#faults, visit));
    const below: DirectoryVisit[] = [];
    for (const entry of entries) {
      this.#budget -= ENTRY_WORK;
      if (this.#budget < 0) return;
      const child = yield* this.#entry(path, entry);
      if (child !== undefined) below.push({ ...child, parentNid: node.nid });
    }
    // The last one in is the first one out: in the order of names.
    for (const each of below.toReversed()) this.#directories.push(each);
    const expected = 2 + below.length;
    const many = node.nlink === 1 && expected > MANY_LINKS;
    if (node.nlink !== expected && !many) {
      const message = `link count ${node.nlink}, expected 2 and ${below.length} subdirectories`;
      this.#faults.add("link-count", path, node.nid, message);
    }
  }

  /** Checks one entry; gives the directory that it leads to. */
  *#entry(parent: ByteString, entry: Dirent): Reading<{ node: Inode; path: ByteString } | undefined> {
    const { nid, name } = entry;
    const path = parent === "" ? name : `${parent}/${name}`;
    const known = this.#seen.has(nid);
    const linked = this.#linked.get(nid);
    if (linked !== undefined) linked.links++;
    const node = known ? yield* this.#readInode(path, nid) : yield* this.#inode(path, nid);
    if (node === undefined) return undefined;
    const type = typeOfMode(node.mode);
    checkEntryType(this.#faults, path, entry, type);
    if (type === FileType.directory) {
      if (!known) return { node, path };
      this.#faults.add("directory", path, nid, "the directory is reached a second time");
    } else if (known && linked === undefined) {
      this.#faults.add(
        "link-count",
        path,
        nid,
        `link count ${node.nlink}, but a further entry leads to the inode`,
      );
    }
    return undefined;
  }

  /** Reads and checks an inode that is met for the first time. */
  *#inode(path: ByteString, nid: number): Reading<Inode | undefined> {
    this.#seen.add(nid);
    const node = yield* this.#readInode(path, nid);
    if (node !== undefined) yield* this.#node(path, node);
    return node;
  }

  *#readInode(path: ByteString, nid: number): Reading<Inode | undefined> {
    try {
      return yield* this.#metered(readInode(this.#image, nid));
    } catch (error) {
      this.#faults.addError("inode", path, nid, error);
      return undefined;
    }
  }

  /** Reads metadata on the budget. */
  *#metered<T>(reading: Reading<T>): Reading<T> {
    const before = this.#image.clusterWork;
    try {
      return yield* reading;
    } finally {
      this.#budget -= this.#image.clusterWork - before;
    }
  }

  *#node(path: ByteString, node: Inode): Reading<void> {
    const { nid } = node;
    const type = typeOfMode(node.mode);
    if (node.nlink === 0) this.#faults.add("link-count", path, nid, "link count 0");
    if (type !== FileType.directory && node.nlink > 1) {
      this.#linked.set(nid, { path, nlink: node.nlink, links: 1 });
    }
    yield* this.#metered(checkXattrs(this.#image, this.#faults, path, node));
    if (type === FileType.symlink) yield* this.#symlink(path, node);
    else if (type === FileType.regular) {
      if (this.#options.readData ?? true) yield* this.#content.check(path, node, this.#faults.place());
      else yield* this.#end(path, node);
    } else if (type !== FileType.directory && node.size !== 0) {
      this.#faults.add("inode", path, nid, `size ${node.size} of a special file, expected 0`);
    }
    this.#progress();
  }

  *#end(path: ByteString, node: Inode): Reading<void> {
    try {
      yield* this.#metered(checkEnd(this.#image, node));
    } catch (error) {
      this.#faults.addError("data", path, node.nid, error);
    }
  }

  *#symlink(path: ByteString, node: Inode): Reading<void> {
    try {
      const target = yield* readlink(this.#image, node);
      if (target === "") this.#faults.add("inode", path, node.nid, "an empty symlink target");
    } catch (error) {
      this.#faults.addError("data", path, node.nid, error);
    }
  }

  #progress(): void {
    const { inodeCount } = this.#image.superblock;
    this.#options.onProgress?.({
      inodes: this.#seen.size,
      claimedInodes: inodeCount,
      bytes: this.#bytes,
    });
  }
}
