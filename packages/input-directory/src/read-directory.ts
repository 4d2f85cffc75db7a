import { readlinkSync, statSync } from "node:fs";
import {
  BuildError,
  type ByteString,
  FileType,
  fromBytes,
  fromText,
  systemFailure,
  toText,
  typeOfMode,
} from "@erofs/format";
import {
  type FileStat,
  PATH_MAX,
  available,
  emptyStat,
  isLinux,
  listXattrsInDirectory,
  pathArgument,
} from "@erofs/linux";
import { type TreeNode, type Xattr, createNode } from "@erofs/tree";
import { type SetAttributes, createSetAttributes } from "./attributes.ts";
import { type Exclusion, createExclusion } from "./exclude.ts";
import { HardLinks } from "./hard-links.ts";
import { type ListDirectory, fillStat, isGone, listOnLinux, listPortably } from "./list-directory.ts";
import type { ReadDirectoryOptions, Warning, WarningCode } from "./options.ts";
import { maybeSparse, readRanges } from "./sparse-file.ts";

/** What was found. A file with several names counts once. */
export interface DirectoryStats {
  files: number;
  directories: number;
  symlinks: number;
  /** Devices, fifos and sockets. */
  specials: number;
  /** Names beyond the first of files with several. */
  hardLinks: number;
  /** In regular files, holes included. */
  bytes: number;
  /** Names left out by `excludePaths` and `excludeGlobs`; not counting what is below them. */
  excluded: number;
}

export interface DirectoryTree {
  readonly root: TreeNode;
  readonly stats: DirectoryStats;
}

/** A directory whose entries are all there; those of the directories in it are not yet. */
export interface ListedDirectory {
  /** From the source on, "" for the source itself. */
  readonly path: ByteString;
  readonly node: TreeNode;
}

/** Names between two calls of `onProgress`. */
const PROGRESS_STEP = 4096;

/** A directory that is yet to be listed. */
interface Pending {
  readonly node: TreeNode;
  /** On the host, without a trailing slash. */
  readonly path: ByteString;
  readonly parent: TreeNode | undefined;
}

/**
 * Reads a directory, and all that is below it, as a tree for the builder. Files are not opened (but sparse ones,
 * to find their holes): their content is a `FileContent`, for whoever executes the plan.
 *
 * The result depends on neither the order in which the file system lists names nor the locale. Synchronous,
 * since a promise costs more than the calls for one file: 84,000 files with warm caches take 0.4 s.
 *
 * @param source a directory, or a symlink to one; bytes when its path is not UTF-8
 * @throws BuildError when the source or a directory below it cannot be read, when a path is too long, when an
 *   option makes no sense; `code` is the errno's name
 */
export function readDirectory(
  source: string | Uint8Array,
  options: ReadDirectoryOptions = {},
): DirectoryTree {
  const scan = scanDirectory(source, options);
  for (let step = scan.next(); ; step = scan.next()) if (step.done) return step.value;
}

/**
 * As `readDirectory`, a step for each directory, so that its files can be worked on while others are still looked for.
 * Directories come in the order in which the builder numbers them.
 * @throws as `readDirectory`, from the first step on
 */
export function* scanDirectory(
  source: string | Uint8Array,
  options: ReadDirectoryOptions = {},
): Generator<ListedDirectory, DirectoryTree> {
  const given = typeof source === "string" ? fromText(source) : fromBytes(source);
  if (given === "") throw new BuildError("the source is an empty path", { path: "" }, "ENOENT");
  return yield* new DirectoryReader(given.replace(/\/+$/, ""), options).scan();
}

class DirectoryReader {
  readonly #source: ByteString;
  readonly #options: ReadDirectoryOptions;
  readonly #setAttributes: SetAttributes;
  readonly #exclusion: Exclusion | undefined;
  readonly #list: ListDirectory;
  readonly #hardLinks = new HardLinks();
  readonly #readsRanges: boolean;
  #readsXattrs: boolean;
  /** "major:minor" of devices that turned out to have no extended attributes. */
  readonly #withoutXattrs = new Set<string>();
  readonly #stats: DirectoryStats = {
    files: 0,
    directories: 0,
    symlinks: 0,
    specials: 0,
    hardLinks: 0,
    bytes: 0,
    excluded: 0,
  };
  #deviceMajor = 0;
  #deviceMinor = 0;
  #names = 0;

  constructor(source: ByteString, options: ReadDirectoryOptions) {
    this.#source = source;
    this.#options = options;
    this.#setAttributes = createSetAttributes(options);
    this.#exclusion = createExclusion(options.excludePaths ?? [], options.excludeGlobs ?? []);
    const onLinux = available();
    this.#list = onLinux ? listOnLinux : listPortably;
    this.#readsRanges = onLinux;
    this.#readsXattrs = onLinux && options.xattrs !== false;
    if (!onLinux && options.xattrs !== false) {
      this.#warn("XATTRS_UNAVAILABLE", source, "extended attributes cannot be read on this system");
    }
  }

  *scan(): Generator<ListedDirectory, DirectoryTree> {
    const root = this.#readRoot();
    const pending: Pending[] = [{ node: root, path: this.#source, parent: undefined }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const found = this.#readEntries(next);
      yield { path: next.path.slice(this.#source.length + 1), node: next.node };
      // The stack gives the last one first.
      for (let i = found.length - 1; i >= 0; i--) pending.push(found[i]!);
    }
    this.#options.onProgress?.(this.#names, this.#stats.bytes);
    return { root, stats: this.#stats };
  }

  #readRoot(): TreeNode {
    const path = this.#source === "" ? "/" : this.#source;
    const stat = emptyStat();
    try {
      fillStat(stat, statSync(pathArgument(path), { bigint: true }));
    } catch (error) {
      throw failure("cannot read the source", path, error);
    }
    if (typeOfMode(stat.mode) !== FileType.directory) {
      throw new BuildError(
        `the source ${toText(path)} is not a directory`,
        { path: toText(path) },
        "ENOTDIR",
      );
    }
    const node = createNode(FileType.directory, 0);
    this.#setAttributes(node, stat);
    this.#deviceMajor = stat.deviceMajor;
    this.#deviceMinor = stat.deviceMinor;
    // "source/." is the directory itself, even if the source is a symlink.
    if (this.#readsXattrs) node.xattrs = this.#xattrsOf(this.#source, ".", stat);
    this.#stats.directories++;
    return node;
  }

  /** Lists one directory, and returns the directories in it. */
  #readEntries({ node, path, parent }: Pending): Pending[] {
    const entries = node.entries!;
    const found: Pending[] = [];
    const relative = path.slice(this.#source.length + 1);
    const visit = (name: ByteString, stat: FileStat): void => {
      const child = this.#readChild(path, relative, name, stat);
      if (child === undefined) return;
      entries.push({ name, node: child });
      if (child.type === FileType.directory && this.#isDescended(stat)) {
        found.push({ node: child, path: `${path}/${name}`, parent: node });
      }
    };
    try {
      // "source/." so that the source may be a symlink; below it, none is followed.
      this.#list(parent === undefined ? `${path}/.` : path, visit, (name) => this.#vanished(path, name));
    } catch (error) {
      if (error instanceof BuildError) throw error;
      if (parent === undefined || !isGone(error)) throw failure("cannot read the directory", path, error);
      const name = path.slice(path.lastIndexOf("/") + 1);
      parent.entries = parent.entries!.filter((entry) => entry.name !== name);
      this.#stats.directories--;
      this.#vanished(path.slice(0, path.lastIndexOf("/")), name);
      return [];
    }
    return found;
  }

  #isDescended(stat: FileStat): boolean {
    return this.#options.oneFileSystem !== true || this.#isOnSourceDevice(stat);
  }

  #isOnSourceDevice(stat: FileStat): boolean {
    return stat.deviceMajor === this.#deviceMajor && stat.deviceMinor === this.#deviceMinor;
  }

  /** The node for a name, unless it is left out. */
  #readChild(
    directory: ByteString,
    relative: ByteString,
    name: ByteString,
    stat: FileStat,
  ): TreeNode | undefined {
    const type = typeOfMode(stat.mode);
    const isDirectory = type === FileType.directory;
    if (this.#exclusion?.(relative, name, isDirectory)) {
      this.#stats.excluded++;
      return undefined;
    }
    if (++this.#names % PROGRESS_STEP === 0) this.#options.onProgress?.(this.#names, this.#stats.bytes);
    const pathSize = directory.length + 1 + name.length;
    if (isLinux && pathSize >= PATH_MAX) {
      throw new BuildError(
        `a path of ${pathSize} bytes is longer than Linux can open (${PATH_MAX - 1}): ${toText(directory.slice(0, 200))}…`,
        { path: toText(`${directory}/${name}`) },
        "ENAMETOOLONG",
      );
    }
    if (type === undefined) {
      throw new BuildError(
        `${toText(`${directory}/${name}`)}: mode ${stat.mode.toString(8)} is of no known type`,
        {
          path: toText(`${directory}/${name}`),
        },
      );
    }
    if (!isDirectory && this.#options.oneFileSystem && !this.#isOnSourceDevice(stat)) {
      this.#warn("OTHER_FILE_SYSTEM", `${directory}/${name}`, "on another file system; left out");
      return undefined;
    }
    const linked = stat.nlink > 1 && !isDirectory && this.#options.hardDereference !== true;
    const known = linked ? this.#hardLinks.find(stat) : undefined;
    if (known !== undefined) {
      this.#stats.hardLinks++;
      return known;
    }
    try {
      const node = this.#readNode(type, directory, name, stat);
      if (linked) this.#hardLinks.add(stat, node);
      return node;
    } catch (error) {
      if (error instanceof BuildError) throw error;
      // EINVAL is what readlink says of something that is no symlink any more.
      const { code } = error as { code?: unknown };
      if (!isGone(error) && code !== "EINVAL") throw failure("cannot read", `${directory}/${name}`, error);
      this.#vanished(directory, name);
      return undefined;
    }
  }

  #readNode(type: FileType, directory: ByteString, name: ByteString, stat: FileStat): TreeNode {
    const node = createNode(type, 0);
    this.#setAttributes(node, stat);
    if (this.#readsXattrs) node.xattrs = this.#xattrsOf(directory, name, stat);
    switch (type) {
      case FileType.regular:
        this.#setContent(node, directory, name, stat);
        this.#stats.files++;
        this.#stats.bytes += stat.size;
        break;
      case FileType.directory:
        this.#stats.directories++;
        break;
      case FileType.symlink:
        node.target = readlinkSync(pathArgument(`${directory}/${name}`), { encoding: "latin1" });
        this.#stats.symlinks++;
        break;
      default:
        if (type === FileType.characterDevice || type === FileType.blockDevice) {
          node.major = stat.major;
          node.minor = stat.minor;
        }
        this.#stats.specials++;
    }
    return node;
  }

  #setContent(node: TreeNode, directory: ByteString, name: ByteString, stat: FileStat): void {
    if (stat.size === 0) return;
    if (!Number.isSafeInteger(stat.size)) {
      const path = toText(`${directory}/${name}`);
      throw new BuildError(`${path}: ${stat.size} bytes are more than can be handled`, { path }, "EFBIG");
    }
    node.size = stat.size;
    const { mtime, mtimeNsec } = stat;
    const sparse = this.#readsRanges && maybeSparse(stat.size, stat.blocks);
    const ranges = sparse ? readRanges(`${directory}/${name}`, stat.size) : undefined;
    node.content =
      ranges === undefined
        ? { kind: "file", directory, name, mtime, mtimeNsec }
        : { kind: "file", directory, name, mtime, mtimeNsec, ranges };
  }

  #xattrsOf(directory: ByteString, name: ByteString, stat: FileStat): Xattr[] | undefined {
    if (this.#withoutXattrs.size > 0 && this.#withoutXattrs.has(`${stat.deviceMajor}:${stat.deviceMinor}`)) {
      return undefined;
    }
    const list = listXattrsInDirectory(directory, name);
    if (list === undefined) {
      this.#withoutXattrs.add(`${stat.deviceMajor}:${stat.deviceMinor}`);
      return undefined;
    }
    if (list.length === 0) return undefined;
    const { xattrFilter } = this.#options;
    const kept = xattrFilter === undefined ? list : list.filter((xattr) => xattrFilter(xattr.name));
    // The order in which file systems list them is no property of the file.
    return kept.length === 0 ? undefined : kept.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  #vanished(directory: ByteString, name: ByteString): void {
    this.#warn("VANISHED", `${directory}/${name}`, "went away while the directory was read; left out");
  }

  #warn(code: WarningCode, path: ByteString, what: string): void {
    const warning: Warning = { code, path, message: `${toText(path)}: ${what}` };
    this.#options.onWarning?.(warning);
  }
}

/** A failed system call at `path` in words. */
function failure(what: string, path: ByteString, cause: unknown): BuildError {
  const text = toText(path);
  return systemFailure(`${what} ${text}`, text, cause);
}
