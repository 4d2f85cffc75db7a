import { type ByteString, FileType } from "@erofs/format";
import type { TreeNode } from "@erofs/tree";
import type { Settings } from "../options.ts";
import type { Inventory } from "./inventory.ts";

/** Offset bases of the four lanes; they only have to differ. */
const lanes = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b] as const;

/** Four lanes of 32-bit FNV-1a over numbers and byte strings: an identifier, not a proof of anything. */
class Fingerprint {
  readonly #state = Uint32Array.from(lanes);

  add(value: number): void {
    for (let lane = 0; lane < 4; lane++)
      this.#state[lane] = Math.imul(this.#state[lane]! ^ value, 0x01000193 + 2 * lane);
  }

  addNumber(value: number): void {
    this.add(value % 0x100000000);
    this.add(Math.floor(value / 0x100000000));
  }

  addName(name: ByteString): void {
    for (let i = 0; i < name.length; i++) this.add(name.charCodeAt(i));
    this.add(0x100);
  }

  /** A UUID of version 8 (RFC 9562, section 5.8: made by the application's own rule). */
  uuid(): Uint8Array {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    for (let lane = 0; lane < 4; lane++) view.setUint32(4 * lane, this.#state[lane]!);
    bytes[6] = (bytes[6]! & 0x0f) | 0x80;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    return bytes;
  }
}

/**
 * A UUID from the tree's names and attributes, from the settings and from how each inode is compressed: the same build
 * has the same UUID on every machine. File contents do not count, but a changed file has another time unless times are
 * fixed.
 */
export function deriveUuid(inventory: Inventory, settings: Settings, choices: Uint8Array): Uint8Array {
  const print = new Fingerprint();
  addSettings(print, settings);
  for (const choice of choices) print.add(choice);
  addAttributes(print, inventory.nodes[0]!);
  for (const { index, children } of inventory.directories) {
    const { entries = [] } = inventory.nodes[index]!;
    for (const [i, { name, node }] of entries.entries()) {
      print.addName(name);
      print.add(children[i]!);
      addAttributes(print, node);
    }
  }
  return print.uuid();
}

/** All settings that show in the image. */
function addSettings(print: Fingerprint, settings: Settings): void {
  print.addName(settings.volumeName);
  print.addName(settings.inodeForm);
  const {
    blockSize,
    xattrTolerance,
    inlineData,
    tailPacking,
    fragments,
    packed,
    compressDirectories,
    dotOmitted,
    maxExtentBytes,
    dedupe,
    legacyIndex,
    buildTime = -1,
  } = settings;
  const flags = [inlineData, legacyIndex, tailPacking, dedupe, compressDirectories, dotOmitted];
  const set = flags.reduce((bits, flag, i) => bits + Number(flag) * 2 ** i, 0);
  const fragmented = fragments ? 1 + Number(fragments.all) : 0;
  print.addName(fragments?.dedupe ?? "");
  const packedBy = packed?.compression ?? -1;
  const { prefixes, plainPrefixes, digest } = settings.xattrs;
  for (const { baseIndex, infix } of prefixes) print.addName(`${baseIndex} ${infix}`);
  if (prefixes.length > 0) print.add((digest?.prefix ?? -1) * 2 + Number(plainPrefixes));
  if (settings.metabox) print.addName(`metabox ${settings.metabox.compression}`);
  for (const value of [blockSize, xattrTolerance, set, fragmented, packedBy, maxExtentBytes])
    print.add(value);
  const { bit48, ...numbers } = settings.placement;
  for (const value of [...Object.values(numbers), Number(bit48)]) print.addNumber(value);
  addChunks(print, settings);
  for (const path of settings.dataOrder) print.addName(path);
  print.addNumber(buildTime);
  for (const { compressor, encoderOptions } of settings.compressions) {
    const { maxOutput, level, dictSize = -1, extra = {} } = encoderOptions;
    print.addName(compressor.name);
    for (const value of [maxOutput, level, dictSize]) print.add(value);
    for (const [name, value] of Object.entries(extra).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      print.addName(name);
      print.add(value);
    }
  }
}

function addChunks(print: Fingerprint, { chunks, chunkEntries }: Settings): void {
  if (chunkEntries !== "auto") print.addName(chunkEntries);
  if (!chunks) return;
  print.add(chunks.size + Number(chunks.blob !== undefined));
  for (const { tag, size } of chunks.dictionary?.devices ?? []) {
    print.addName(tag);
    print.addNumber(size);
  }
}

function addAttributes(print: Fingerprint, node: TreeNode): void {
  print.add(node.type * 0x10000 + node.permissions);
  if (node.type === FileType.regular) print.addNumber(node.size);
  if (node.target !== undefined) print.addName(node.target);
  if (node.type === FileType.characterDevice || node.type === FileType.blockDevice) {
    print.add(node.major);
    print.add(node.minor);
  }
  print.addNumber(node.uid);
  print.addNumber(node.gid);
  print.addNumber(node.mtime);
  print.add(node.mtimeNsec);
}
