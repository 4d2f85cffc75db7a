import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  unlinkSync,
  utimesSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { available, tryLock } from "@erofs/linux";
import type { RemoteFile } from "@erofs/reader";

const BLOCKS = ".blocks";
const INDEX = ".index";

/** An open file for blocks. */
export interface CacheFile {
  readonly fd: number;
  /** Where to keep the table of its blocks for the next time; undefined for a file that nobody will find again. */
  readonly indexPath: string | undefined;
}

/** `$XDG_CACHE_HOME/erofs`, or `~/.cache/erofs`. */
export function defaultCacheDirectory(
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const base = env["XDG_CACHE_HOME"];
  // A relative one is to be ignored, says the specification.
  return join(base?.startsWith("/") === true ? base : join(homedir(), ".cache"), "erofs");
}

/**
 * Under which name the blocks of a file on the web are kept; undefined where the server says nothing by which the same
 * bytes would be known the next time.
 */
export function cacheKey(url: string, { size, etag, lastModified }: RemoteFile): string | undefined {
  const strongTag = etag?.startsWith("W/") === true ? undefined : etag;
  if (strongTag === undefined && lastModified === undefined) return undefined;
  const identity = JSON.stringify([url, size, etag, lastModified]);
  return createHash("sha256").update(identity).digest("hex").slice(0, 32);
}

/**
 * Opens the file for the blocks of `key`. It belongs to one process at a time, by a lock that ends with the process; whoever
 * comes second, and who has no key, gets a file that has no name.
 * @param directory made when missing; where that cannot be, the system's directory for temporary files does
 * @param bytes what all files in the directory may take; what was used longest ago goes. Those in use stay
 * @param needed what this one may grow to
 */
export function openCacheFile(
  directory: string,
  key: string | undefined,
  bytes: number,
  needed: number,
): CacheFile {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const kept = key === undefined || !available() ? undefined : openKept(directory, key);
    prune(directory, key, bytes - needed);
    return kept ?? openPrivate(directory);
  } catch {
    return openPrivate(tmpdir());
  }
}

function openPrivate(directory: string): CacheFile {
  const path = join(directory, `erofs-${randomBytes(12).toString("hex")}`);
  const fd = openSync(path, "wx+", 0o600);
  unlinkSync(path);
  return { fd, indexPath: undefined };
}

function openLocked(path: string): number | undefined {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  try {
    // Another process may have removed it before the lock was ours.
    if (tryLock(fd) && statSync(path).ino === fstatSync(fd).ino) return fd;
  } catch {
    // Then it has no name any more.
  }
  closeSync(fd);
  return undefined;
}

function openKept(directory: string, key: string): CacheFile | undefined {
  const path = join(directory, key + BLOCKS);
  const fd = openLocked(path);
  if (fd === undefined) return undefined;
  // What is not written to any more is still in use.
  utimesSync(path, new Date(), new Date());
  return { fd, indexPath: join(directory, key + INDEX) };
}

/** Removes files of others, the ones used longest ago first, until they take no more than `bytes`. */
function prune(directory: string, own: string | undefined, bytes: number): void {
  const others = readdirSync(directory)
    .filter((name) => name.endsWith(BLOCKS) && name !== `${own}${BLOCKS}`)
    .flatMap((name) => {
      const stat = statSync(join(directory, name), { throwIfNoEntry: false });
      return stat === undefined
        ? []
        : { path: join(directory, name), time: stat.mtimeMs, bytes: stat.blocks * 512 };
    })
    .toSorted((a, b) => a.time - b.time);
  let total = others.reduce((sum, each) => sum + each.bytes, 0);
  for (const { path, bytes: freed } of others) {
    if (total <= bytes) return;
    if (removeUnused(path)) total -= freed;
  }
}

function removeUnused(path: string): boolean {
  const fd = openLocked(path);
  if (fd === undefined) return false;
  unlinkSync(path);
  try {
    unlinkSync(path.slice(0, -BLOCKS.length) + INDEX);
  } catch {
    // It was never saved.
  }

  closeSync(fd);
  return true;
}
