import {
  type ByteString,
  createSuperblock,
  DataLayout,
  encodeDirectory,
  encodeInode,
  encodeSuperblock,
  FeatureCompat,
  FeatureIncompat,
  FileType,
  type Inode,
  NULL_BLOCK,
  type Superblock,
  superblockChecksum,
  superblockChecksumRange,
  typeBitsOf,
  xattrIcount,
} from "@erofs/format";

/** What stands behind an inode. */
interface Behind {
  readonly xattrs?: Uint8Array;
  /** Inline tail, chunk table, or map header with index. */
  readonly body?: Uint8Array;
  /** What `body` is aligned to: 8 for map headers and chunk indexes. */
  readonly align?: number;
  /** A NID from `reserve`, for inodes that must be known before they are written. */
  readonly nid?: number;
}

const none = new Uint8Array(0);

/** An image put together by hand, piece by piece: metadata in the first 64 KiB, data blocks behind. */
export class HandImage {
  readonly blockSize: number;
  readonly #bits: number;
  readonly #meta = new Uint8Array(65536);
  readonly #data: Uint8Array[] = [];
  #next = 4096;
  #nextBlock: number;

  constructor(blockSizeBits = 12) {
    this.#bits = blockSizeBits;
    this.blockSize = 2 ** blockSizeBits;
    this.#nextBlock = this.#meta.length / this.blockSize;
  }

  /** Room for an inode with `size` bytes in all, within one block if it fits one. */
  reserve(size: number): number {
    let at = Math.ceil(this.#next / 32) * 32;
    if ((at % this.blockSize) + size > this.blockSize) at = Math.ceil(at / this.blockSize) * this.blockSize;
    this.#next = at + size;
    return at / 32;
  }

  /** Puts an inode and what stands behind it. Returns its NID. */
  inode(fields: Partial<Inode> & { readonly mode: number }, behind: Behind = {}): number {
    const { xattrs = none, body = none, align = 1 } = behind;
    const bodyAt = Math.ceil((64 + xattrs.length) / align) * align;
    const nid = behind.nid ?? this.reserve(bodyAt + body.length);
    const inode: Inode = {
      nid,
      extended: true,
      layout: DataLayout.flatPlain,
      dotOmitted: false,
      xattrIcount: xattrIcount(xattrs.length),
      nlink: 1,
      size: 0,
      startBlock: 0,
      blockCount: 0,
      chunkFormat: 0,
      rdev: 0,
      ino: 0,
      uid: 0,
      gid: 0,
      mtime: 0,
      mtimeNsec: 0,
      ...fields,
    };
    encodeInode(inode, { epoch: 0, fixedNsec: 0 }, this.#meta, nid * 32);
    this.#meta.set(xattrs, nid * 32 + 64);
    this.#meta.set(body, nid * 32 + bodyAt);
    return nid;
  }

  /** A regular file with its content behind the inode, or in blocks when it has more than 1000 bytes. */
  file(content: Uint8Array, behind: Behind = {}): number {
    const mode = 0o100644;
    const { length: size } = content;
    if (size === 0 || size > 1000) return this.inode({ mode, size, startBlock: this.data(content) }, behind);
    const layout = DataLayout.flatInline;
    return this.inode({ mode, size, layout, startBlock: NULL_BLOCK }, { ...behind, body: content });
  }

  symlink(target: string): number {
    const layout = DataLayout.flatInline;
    const body = Buffer.from(target, "latin1");
    return this.inode({ mode: 0o120777, layout, size: body.length, startBlock: NULL_BLOCK }, { body });
  }

  /** A directory; "." and ".." are put in. `entries` are name, NID, type. */
  directory(
    entries: readonly (readonly [ByteString, number, FileType])[],
    place: { readonly nid?: number; readonly parent?: number; readonly nlink?: number } = {},
  ): number {
    const nid = place.nid ?? this.reserve(64 + 3000);
    const all = [...entries, [".", nid, 2] as const, ["..", place.parent ?? nid, 2] as const];
    const sorted = all
      .map(([name, to, type]) => ({ name, nid: to, type }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const content = encodeDirectory(sorted, this.blockSize);
    const subdirectories = entries.filter(([, , type]) => type === FileType.directory).length;
    const nlink = place.nlink ?? 2 + subdirectories;
    const fields = { mode: typeBitsOf(FileType.directory) | 0o755, nlink, size: content.length };
    return this.inode({ ...fields, startBlock: this.data(content) }, { nid });
  }

  /** Puts bytes into blocks of their own. Returns the first one's number. */
  data(bytes: Uint8Array): number {
    const block = this.#nextBlock;
    const blocks = Math.ceil(bytes.length / this.blockSize);
    const padded = new Uint8Array(blocks * this.blockSize);
    padded.set(bytes);
    this.#data.push(padded);
    this.#nextBlock += blocks;
    return block;
  }

  /** The image, its checksum right. `metadata` is put at its byte offsets before that. */
  build(
    fields: Partial<Superblock> & { readonly rootNid: number },
    metadata: Record<number, Uint8Array> = {},
  ): Uint8Array {
    const superblock = createSuperblock({
      blockSizeBits: this.#bits,
      featureIncompat: FeatureIncompat.lz4ZeroPadding,
      blockCount: this.#nextBlock,
      ...fields,
      featureCompat: (fields.featureCompat ?? 0) | FeatureCompat.superblockChecksum,
    });
    const image = Buffer.concat([this.#meta, ...this.#data]);
    image.set(encodeSuperblock(superblock), 1024);
    for (const [offset, bytes] of Object.entries(metadata)) image.set(bytes, Number(offset));
    sealSuperblock(image);
    return image;
  }
}

/** Writes the checksum that the bytes of an image's first block have. */
export function sealSuperblock(image: Uint8Array): void {
  const { start, length } = superblockChecksumRange(2 ** (image[1024 + 12] as number));
  const sum = superblockChecksum(image.subarray(start, start + length));
  new DataView(image.buffer, image.byteOffset).setUint32(1024 + 4, sum, true);
}

/** An LZ4 block of `length` times the same byte. */
export function lz4Run(byte: number, length: number): Uint8Array {
  if (length < 25) {
    const head = length < 15 ? [length << 4] : [0xf0, length - 15];
    return Uint8Array.from([...head, ...Array.from({ length }, () => byte)]);
  }
  const match = length - 1 - 5;
  const out = [0x1f, byte, 1, 0];
  let rest = match - 4 - 15;
  for (; rest >= 255; rest -= 255) out.push(255);
  out.push(rest, 0x50, byte, byte, byte, byte, byte);
  return Uint8Array.from(out);
}

/** A pcluster: `stored` right-aligned in whole blocks. */
export function pcluster(stored: Uint8Array, blockSize: number): Uint8Array {
  const padded = new Uint8Array(Math.ceil(stored.length / blockSize) * blockSize);
  padded.set(stored, padded.length - stored.length);
  return padded;
}
