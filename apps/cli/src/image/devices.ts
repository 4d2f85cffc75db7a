import { createHash } from "node:crypto";
import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";

import {
  type ByteString,
  decodeSuperblock,
  type DeviceSlot,
  ErofsError,
  fromText,
  SUPERBLOCK_OFFSET,
  SUPERBLOCK_SIZE,
  toText,
} from "@erofs/format";
import { deviceName, isFlat } from "@erofs/reader";

import { CommandFailure } from "../failure.ts";
import { formatUuid } from "../options/identity.ts";

/** Where the extra devices of an image are looked for. */
export interface DeviceOptions {
  /** `FILE`, in the order of the device table, or `TAG=FILE`. */
  readonly device?: readonly string[];
  readonly deviceDir?: readonly string[];
}

/** What to do about a device that is not there. */
export const deviceRemedy = "--device FILE or --device-dir DIR gives it";

const digestShape = /^[0-9a-f]{64}$/;
const uuidShape = /^[0-9a-f]{32}$/;

export function isUrl(location: string): boolean {
  return /^https?:\/\//i.test(location);
}

/**
 * Where the devices of an image are, in the order of its device table; undefined where nothing says.
 * @throws CommandFailure which names the first device that is not found
 */
export function locateDevices(
  slots: readonly DeviceSlot[],
  blockSize: number,
  { device = [], deviceDir = [] }: DeviceOptions,
): string[] | undefined {
  if (device.length === 0 && deviceDir.length === 0) return undefined;
  const byTag = new Map<ByteString, string>();
  const inOrder: string[] = [];
  for (const text of device) {
    const tag = fromText(text.slice(0, Math.max(0, text.indexOf("="))));
    if (tag !== "" && slots.some((slot) => slot.tag === tag)) byTag.set(tag, text.slice(tag.length + 1));
    else inOrder.push(text);
  }
  const found = slots.map((slot) => byTag.get(slot.tag) ?? findDevice(slot, blockSize, deviceDir));
  const missing = found.filter((path) => path === undefined).length;
  if (inOrder.length > 0 && inOrder.length !== missing) {
    const wanted = missing === 0 ? "no further one" : `${missing}: ${namesOf(slots, found)}`;
    throw new CommandFailure(`--device: ${inOrder.length} given in order, the image needs ${wanted}`);
  }
  return found.map((path, i) => {
    const location = path ?? inOrder.shift();
    if (location !== undefined) return location;
    throw new CommandFailure(`${deviceName(i + 1, slots[i]!)} is missing: ${deviceRemedy}`);
  });
}

function namesOf(slots: readonly DeviceSlot[], found: readonly (string | undefined)[]): string {
  return slots
    .flatMap((slot, i) => (found[i] === undefined ? [deviceName(i + 1, slot)] : []))
    .slice(0, 3)
    .join(", ");
}

/** The devices that an image of `size` bytes has neither given nor in one file with it. */
export function absentDevices(size: number, slots: readonly DeviceSlot[], blockSize: number): string[] {
  if (isFlat(size, slots, blockSize)) return [];
  return slots.map((slot, i) => deviceName(i + 1, slot));
}

/** A stand-in for a device that is not there: what needs no data of it goes on. */
export function absentDevice(name: string, { blockCount }: DeviceSlot, blockSize: number) {
  const read = (): never => {
    throw new ErofsError("ENODEV", `data stands on ${name}, which is missing: ${deviceRemedy}`);
  };
  return { size: blockCount * blockSize, read };
}

/**
 * The file of a device: by name, as blobs are stored that are named for their digest, which is the tag; else the one whose
 * bytes have this digest, or, where the tag is a UUID, the image that has it.
 */
function findDevice(slot: DeviceSlot, blockSize: number, folders: readonly string[]): string | undefined {
  const tag = toText(slot.tag);
  if (tag === "") return undefined;
  for (const folder of folders) {
    if (isUrl(folder)) return `${folder.replace(/\/+$/, "")}/${encodeURIComponent(tag)}`;
    const files = filesIn(folder);
    if (files.includes(tag)) return join(folder, tag);
    const paths = files.map((name) => join(folder, name));
    const isSought = digestShape.test(tag)
      ? (path: string) => statSync(path).size === slot.blockCount * blockSize && digestOf(path) === tag
      : uuidShape.test(tag)
        ? (path: string) => uuidOf(path) === tag
        : () => false;
    const path = paths.find(isSought);
    if (path !== undefined) return path;
  }
  return undefined;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() || (entry.isSymbolicLink() && isFile(join(folder, entry.name))))
    .map(({ name }) => name)
    .toSorted();
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** The SHA-256 digest of a file, in hex. */
function digestOf(path: string): string {
  const hash = createHash("sha256");
  readAll(path, (part) => hash.update(part));
  return hash.digest("hex");
}

function readAll(path: string, use: (part: Uint8Array) => void): void {
  const fd = openSync(path, "r");
  try {
    const buffer = new Uint8Array(1 << 20);
    for (let count = readSync(fd, buffer); count > 0; count = readSync(fd, buffer)) {
      use(buffer.subarray(0, count));
    }
  } finally {
    closeSync(fd);
  }
}

/** The UUID of the image in a file, without hyphens; undefined where there is none. */
function uuidOf(path: string): string | undefined {
  const bytes = new Uint8Array(SUPERBLOCK_SIZE + 16);
  const fd = openSync(path, "r");
  try {
    if (readSync(fd, bytes, 0, bytes.length, SUPERBLOCK_OFFSET) < bytes.length) return undefined;
    return formatUuid(decodeSuperblock(bytes).uuid).replaceAll("-", "");
  } catch (error) {
    if (error instanceof ErofsError) return undefined;
    throw error;
  } finally {
    closeSync(fd);
  }
}
