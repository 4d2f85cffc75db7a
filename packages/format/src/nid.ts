import { INODE_SLOT_SIZE } from "./constants.ts";
import { CorruptImage, type ErrorPlace, hex } from "./errors.ts";
import { load32, store32 } from "./little-endian.ts";

/*
 * On disk a NID has 64 bits: the highest says that the inode is in the metabox, the others number a slot of 32 bytes. Here it is a
 * number: slots of the primary metadata space count from 0, those of the metabox from 2^52. So NIDs of both compare, hash and
 * travel as any number does. Slots from 2^52 on, 128 PiB of inodes, are refused.
 */

/** The NID of slot 0 of the metabox; every NID from here on is in the metabox. */
export const METABOX_NID = 2 ** 52;

const METABOX_BIT = 0x8000_0000;
const HIGH_UNIT = 0x1_0000_0000;

/** Whether a NID is one of the metabox (`EROFS_DIRENT_NID_METABOX_BIT`). */
export function isMetaboxNid(nid: number): boolean {
  return nid >= METABOX_NID;
}

/** Where the inode is in its space: bytes from NID 0 of the primary space, or from the beginning of the metabox's content. */
export function slotOffset(nid: number): number {
  return (isMetaboxNid(nid) ? nid - METABOX_NID : nid) * INODE_SLOT_SIZE;
}

/** The number for a NID of 64 bits at `offset`, or undefined for a slot beyond 2^52. */
export function loadNid(bytes: Uint8Array, offset: number): number | undefined {
  return joinNid(load32(bytes, offset), load32(bytes, offset + 4));
}

/** The number for a NID of two halves, or undefined for a slot beyond 2^52. */
export function joinNid(low: number, high: number): number | undefined {
  const slot = (high & ~METABOX_BIT) * HIGH_UNIT + low;
  if (slot >= METABOX_NID) return undefined;
  return (high & METABOX_BIT) === 0 ? slot : METABOX_NID + slot;
}

/** Writes a NID as 64 bits at `offset`. */
export function storeNid(bytes: Uint8Array, offset: number, nid: number): void {
  const slot = isMetaboxNid(nid) ? nid - METABOX_NID : nid;
  const high = Math.floor(slot / HIGH_UNIT);
  store32(bytes, offset, slot);
  store32(bytes, offset + 4, isMetaboxNid(nid) ? (high | METABOX_BIT) >>> 0 : high);
}

/** Whether a number is a NID. */
export function isNid(nid: number): boolean {
  return Number.isSafeInteger(nid) && nid >= 0;
}

/** A NID as people and programs are shown it: the 64-bit number of the disk, in decimal. */
export function nidText(nid: number): string {
  return isMetaboxNid(nid) ? String(2n ** 63n + BigInt(nid - METABOX_NID)) : String(nid);
}

/** @throws CorruptImage telling that `what` at `offset` of `bytes` has no NID */
export function nidOutOfRange(
  bytes: Uint8Array,
  offset: number,
  what: string,
  place: ErrorPlace,
): CorruptImage {
  const high = hex(load32(bytes, offset + 4));
  return new CorruptImage(
    `${what}: NID ${high}${load32(bytes, offset).toString(16).padStart(8, "0")} is out of range`,
    place,
  );
}
