import { type ByteString, FileType } from "@erofs/format";
import { compareNames, createNode, type TreeNode, type Xattr } from "@erofs/tree";

export type Entries = Record<ByteString, TreeNode>;

export function directory(entries: Entries, fields: Partial<TreeNode> = {}): TreeNode {
  const node = Object.assign(createNode(FileType.directory, 0o755), fields);
  node.entries = Object.entries(entries)
    .map(([name, entry]) => ({ name, node: entry }))
    .toSorted((a, b) => compareNames(a.name, b.name));
  return node;
}

export function file(bytes: Uint8Array, fields: Partial<TreeNode> = {}): TreeNode {
  const node = Object.assign(createNode(FileType.regular, 0o644), fields);
  node.size = bytes.length;
  if (bytes.length > 0) node.content = { kind: "memory", bytes };
  return node;
}

export function symlink(target: ByteString): TreeNode {
  return Object.assign(createNode(FileType.symlink, 0o777), { target });
}

export function special(type: FileType, major = 0, minor = 0): TreeNode {
  return Object.assign(createNode(type, 0o600), { major, minor });
}

export function xattr(name: ByteString, value: string): Xattr {
  return { name, value: new TextEncoder().encode(value) };
}

/** Bytes that no compressor shrinks, the same for the same seed. */
export function noise(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed | 1;
  for (let i = 0; i < size; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

/** Bytes in runs: they shrink to about a tenth. */
export function runs(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const random = noise(size, seed);
  for (let at = 0, i = 0; at < size; i++) {
    const end = at + 20 + (random[i]! % 40);
    bytes.fill(random[i]!, at, end);
    at = end;
  }
  return bytes;
}

/** Files of every size and kind where the builder decides something. */
export function everything(blockSize: number): TreeNode {
  const entries: Entries = {};
  for (const size of [
    0,
    1,
    31,
    100,
    blockSize - 97,
    blockSize - 64,
    blockSize - 32,
    blockSize - 1,
    blockSize,
  ]) {
    entries[`noise-${size}`] = file(noise(size, size + 1), { mtime: 1000, mtimeNsec: size });
    entries[`runs-${size}`] = file(runs(size, size + 2), { uid: 70000 + size });
  }
  for (const blocks of [1, 2, 3, 8, 17, 40]) {
    for (const more of [-1, 0, 1, 500]) {
      const size = blocks * blockSize + more;
      entries[`large-noise-${size}`] = file(noise(size, size + 3));
      entries[`large-runs-${size}`] = file(runs(size, size + 4));
      const mixed = runs(size, size + 5);
      mixed.set(noise(size >> 1, size), size >> 2);
      entries[`large-mixed-${size}`] = file(mixed, { mtime: -5, gid: 5 });
    }
  }
  const many: Entries = {};
  for (let i = 0; i < 1500; i++) many[`entry-${i}-${"x".repeat(i % 240)}`] = file(new Uint8Array([i & 255]));
  const shared = [xattr("user.common", "value"), xattr("security.label", "l".repeat(300))];
  const linked = file(noise(5000, 9), { xattrs: shared });
  return directory({
    ...entries,
    " before dot": file(noise(10, 1), { xattrs: shared }),
    "\xff\xfe not utf8": file(noise(10, 2), { xattrs: shared }),
    many: directory(many),
    empty: directory({}, { permissions: 0o1777 }),
    deep: directory({ a: directory({ b: directory({ c: directory({ linked, again: linked }) }) }) }),
    linked,
    "big-xattrs": file(noise(3000, 4), {
      xattrs: Array.from({ length: 30 }, (_, i) => xattr(`user.number${i}`, "v".repeat(i * 30))),
    }),
    short: symlink("a"),
    long: symlink("x/".repeat(2047)),
    char: special(FileType.characterDevice, 259, 70000),
    block: special(FileType.blockDevice, 8, 1),
    whiteout: special(FileType.characterDevice),
    fifo: special(FileType.fifo),
    socket: special(FileType.socket),
  });
}
