import {
  type ByteString,
  CorruptImage,
  FileType,
  type Inode,
  nidText,
  PathError,
  toText,
  typeOfMode,
} from "@erofs/format";
import type { SyncImage } from "@erofs/reader";
import type { ExtractOptions } from "./options.ts";
import { type Selection, selectPaths } from "./selection.ts";
import { type LargeFile, PART_BYTES } from "./shared-file.ts";

/** Regular files of one directory. */
export interface FileGroup {
  /** Path in the image, without a leading slash; "" is the root. */
  readonly directory: ByteString;
  readonly names: ByteString[];
  readonly nids: number[];
}

/** Regular files that one thread extracts in one go. */
export interface FileBatch {
  readonly groups: FileGroup[];
}

/** One step of an extraction. Directories come before what is in them; paths are as in `FileGroup`. */
export type PlanStep =
  | { readonly kind: "directory"; readonly path: ByteString; readonly node: Inode }
  | { readonly kind: "files"; readonly batch: FileBatch }
  /** A regular file for several threads. */
  | { readonly kind: "large"; readonly file: LargeFile }
  /** A symlink, device, fifo or socket. */
  | { readonly kind: "node"; readonly path: ByteString; readonly node: Inode }
  /** A further name of the file at `first`. */
  | { readonly kind: "link"; readonly path: ByteString; readonly first: ByteString };

/** Enough files that passing a batch to a thread costs little beside them. */
const BATCH_FILES = 256;
/** So that threads end at about the same time. */
const BATCH_BYTES = 4 << 20;
/** Files from this size on are worth several threads. */
const LARGE_FILE = 2 * PART_BYTES;

/** Linux opens no longer paths (`PATH_MAX` without the NUL), and an image may nest directories without end. */
const LONGEST_PATH = 4095;

/** A directory whose entries are being looked through. */
interface Level {
  readonly node: Inode;
  readonly path: ByteString;
  /** Still to come, the next one last. */
  readonly rest: { readonly name: ByteString; readonly nid: number; readonly selection: Selection }[];
  /** Whether `match` took this directory, and so all below it. */
  readonly matched: boolean;
  /** Whether there is a step for it already. */
  planned: boolean;
}

/**
 * Decides what to extract, in order; reads the image's metadata only.
 * @throws PathError for a path that is not there or too long; CorruptImage, also for directories in a circle
 */
export function* planExtraction(
  image: SyncImage,
  options: Pick<ExtractOptions, "paths" | "match">,
): Generator<PlanStep, void, void> {
  const { match } = options;
  const reached = new Set([image.root.nid]);
  const firstNames = new Map<number, ByteString>();
  let batch: FileBatch = { groups: [] };
  let batchFiles = 0;
  let batchBytes = 0;

  const levels: Level[] = [
    {
      node: image.root,
      path: "",
      rest: entriesOf(image, image.root, "", selectPaths(options.paths)),
      matched: match === undefined || match("", true),
      planned: false,
    },
  ];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    if (level.matched && !level.planned) yield* planLevels(levels);
    const entry = level.rest.pop();
    if (entry === undefined) {
      levels.pop();
      continue;
    }
    const { name, nid, selection } = entry;
    const path = level.path === "" ? name : `${level.path}/${name}`;
    if (path.length > LONGEST_PATH) {
      throw new PathError(
        "ENAMETOOLONG",
        `a path of ${path.length} bytes is too long: ${toText(path.slice(0, 200))}…`,
        { nid },
      );
    }
    const node = image.inode(nid);
    const type = typeOfMode(node.mode);
    const matched = level.matched || match!(path, type === FileType.directory);
    if (type === FileType.directory) {
      if (reached.has(nid)) {
        throw new CorruptImage(`directory ${nidText(nid)} is reached twice, as ${toText(path)}`, {
          nid,
          path: toText(path),
        });
      }
      reached.add(nid);
      levels.push({ node, path, rest: entriesOf(image, node, path, selection), matched, planned: false });
      continue;
    }
    if (selection !== "all") {
      throw new PathError("ENOTDIR", `${toText(path)} is not a directory of the image`, {
        nid,
        path: toText(path),
      });
    }
    if (!matched) continue;
    if (!level.planned) yield* planLevels(levels);
    if (node.nlink > 1) {
      const first = firstNames.get(nid);
      if (first !== undefined) {
        yield { kind: "link", path, first };
        continue;
      }
      firstNames.set(nid, path);
    }
    if (type !== FileType.regular) {
      yield { kind: "node", path, node };
      continue;
    }
    if (node.size >= LARGE_FILE) {
      yield { kind: "large", file: { path, nid } };
      continue;
    }
    let group = batch.groups.at(-1);
    if (group === undefined || group.directory !== level.path) {
      group = { directory: level.path, names: [], nids: [] };
      batch.groups.push(group);
    }
    group.names.push(name);
    group.nids.push(nid);
    batchFiles++;
    batchBytes += node.size;
    if (batchFiles >= BATCH_FILES || batchBytes >= BATCH_BYTES) {
      yield { kind: "files", batch };
      batch = { groups: [] };
      batchFiles = 0;
      batchBytes = 0;
    }
  }
  if (batchFiles > 0) yield { kind: "files", batch };
}

/** Steps for the directories on the way that have none yet. */
function* planLevels(levels: readonly Level[]): Generator<PlanStep, void, void> {
  for (const level of levels) {
    if (level.planned) continue;
    level.planned = true;
    yield { kind: "directory", path: level.path, node: level.node };
  }
}

/** The wanted entries of a directory, in reverse. */
function entriesOf(image: SyncImage, node: Inode, path: ByteString, selection: Selection): Level["rest"] {
  const entries: Level["rest"] = [];
  if (selection === "all") {
    for (const { name, nid } of image.readdir(node)) {
      if (name !== "." && name !== "..") entries.push({ name: checkName(name, node), nid, selection });
    }
  } else {
    for (const [name, below] of selection) {
      const child = name === ".." ? undefined : image.child(node, name);
      if (child === undefined) {
        const wanted = toText(path === "" ? name : `${path}/${name}`);
        throw new PathError("ENOENT", `${wanted} is not in the image`, { path: wanted });
      }
      entries.push({ name: checkName(name, node), nid: child.nid, selection: below });
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  return entries.toReversed();
}

/** What separates the parts of a path on Windows, besides the slash. */
const separators = process.platform === "win32" ? /[/\\:\0]/ : /[/\0]/;

/**
 * Names that lead elsewhere would let an image write outside of the target. The reader refuses them too; what is to
 * be safe does not rest on that.
 */
function checkName(name: ByteString, directory: Inode): ByteString {
  if (name === "" || name === "." || name === ".." || separators.test(name)) {
    throw new CorruptImage(
      `directory ${nidText(directory.nid)} has the entry "${toText(name)}", which is no name`,
      {
        nid: directory.nid,
      },
    );
  }
  return name;
}
