import { DIRENT_SIZE, type Dirent, type Inode, typeBitsOf } from "@erofs/format";
import type { DirectoryEntry } from "@erofs/fuse";
import type { SyncImage } from "@erofs/reader";
import type { NodeIds } from "./node-id.ts";

/** Where the content begins in a directory that does not store ".": its entry comes first. No dirent ends here. */
const BEHIND_DOT = 1;

const DIRECTORY_TYPE = 4;

/**
 * Lists directories piece by piece. Positions are bytes of a directory's content, as the kernel's own EROFS has them: so
 * going on costs the same anywhere in a directory of a million entries.
 */
export class DirectoryLister {
  readonly #image: SyncImage;
  readonly #ids: NodeIds;
  /** The block read last: several requests go through one. */
  #block: { readonly nid: number; readonly index: number; readonly entries: readonly Dirent[] } | undefined;

  constructor(image: SyncImage, ids: NodeIds) {
    this.#image = image;
    this.#ids = ids;
  }

  /** Hands entries to `add` from a position on, until that returns false. */
  list(directory: Inode, position: number, add: (entry: DirectoryEntry) => boolean): void {
    let at = position;
    if (directory.dotOmitted && at < BEHIND_DOT) {
      const { nid } = directory;
      const dot = {
        name: ".",
        node: this.#ids.nodeOf(nid),
        ino: nid,
        type: DIRECTORY_TYPE,
        next: BEHIND_DOT,
      };
      if (!add(dot)) return;
    }
    if (at === BEHIND_DOT) at = 0;
    const { blockSize } = this.#image;
    while (at < directory.size) {
      const index = Math.floor(at / blockSize);
      const entries = this.#entries(directory, index);
      const end = (index + 1) * blockSize;
      for (let i = Math.ceil((at % blockSize) / DIRENT_SIZE); i < entries.length; i++) {
        const { name, nid, type } = entries[i] as Dirent;
        const next = i + 1 < entries.length ? index * blockSize + (i + 1) * DIRENT_SIZE : end;
        const bits = type === 0 ? 0 : typeBitsOf(type) >> 12;
        if (!add({ name, node: this.#ids.nodeOf(nid), ino: nid, type: bits, next })) return;
      }
      at = end;
    }
  }

  #entries(directory: Inode, index: number): readonly Dirent[] {
    const { nid } = directory;
    const known = this.#block;
    if (known !== undefined && known.nid === nid && known.index === index) return known.entries;
    const entries = this.#image.readdirBlock(directory, index);
    this.#block = { nid, index, entries };
    return entries;
  }
}
