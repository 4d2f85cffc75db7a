// Damages an image in ways that follow from a seed.
import {
  decodeSuperblock,
  SUPERBLOCK_OFFSET,
  SUPERBLOCK_SIZE,
  superblockChecksum,
  superblockChecksumRange,
} from "@erofs/format";
import { randomNumbers } from "./random.mjs";

/** @typedef {(limit: number) => number} Random */

/** Numbers at which something happens. */
const oddNumbers = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];

/** Structures begin in the first blocks, and the metadata area is the rest of what decides; most damage goes there. */
const headSize = 16384;

/** @type {((bytes: Buffer, random: Random, place: () => number) => void)[]} */
const damages = [
  (bytes, random, place) => flip(bytes, place(), 1 << random(8)),
  (bytes, random, place) => flip(bytes, place(), random(256)),
  (bytes, random, place) => writeNumber(bytes, place() & ~1, 2, oddNumbers[random(oddNumbers.length)] ?? 0),
  (bytes, random, place) => writeNumber(bytes, place() & ~3, 4, oddNumbers[random(oddNumbers.length)] ?? 0),
  (bytes, random, place) => writeNumber(bytes, place() & ~3, 4, random(2 ** 32)),
  (bytes, random, place) => {
    writeNumber(bytes, place() & ~7, 4, oddNumbers[random(oddNumbers.length)] ?? 0);
    writeNumber(bytes, (place() & ~7) + 4, 4, oddNumbers[random(oddNumbers.length)] ?? 0);
  },
  (bytes, random, place) => {
    const start = place();
    const value = random(2) * 0xff;
    bytes.fill(value, start, Math.min(start + 1 + random(256), bytes.length));
  },
  (bytes, random, place) => {
    const from = place();
    bytes.copy(bytes, place(), from, from + 1 + random(512));
  },
];

/**
 * @param {Uint8Array} image stays as it is
 * @param {number} seed
 * @returns {Buffer}
 */
export function mutate(image, seed) {
  const random = randomNumbers(seed);
  const bytes = Buffer.from(image);
  const head = Math.min(bytes.length, headSize);
  const place = () => {
    const region = random(8);
    if (region === 0) return SUPERBLOCK_OFFSET + random(SUPERBLOCK_SIZE);
    return region < 4 ? random(head) : random(bytes.length);
  };
  const rounds = 1 + random(random(4) === 0 ? 16 : 3);
  for (let round = 0; round < rounds; round++) damages[random(damages.length)]?.(bytes, random, place);
  if (random(16) === 0) return bytes.subarray(0, random(bytes.length));
  // Damage that the checksum tells of never gets any further, so most of it is signed again.
  if (random(8) > 0) signAgain(bytes);
  return bytes;
}

/**
 * @param {Buffer} bytes
 * @param {number} at
 * @param {number} mask
 */
function flip(bytes, at, mask) {
  bytes[at] = (bytes[at] ?? 0) ^ mask;
}

/**
 * @param {Buffer} bytes
 * @param {number} at
 * @param {2 | 4} size
 * @param {number} value
 */
function writeNumber(bytes, at, size, value) {
  if (at + size > bytes.length) return;
  if (size === 2) bytes.writeUInt16LE(value & 0xffff, at);
  else bytes.writeUInt32LE(value >>> 0, at);
}

/** @param {Buffer} bytes */
function signAgain(bytes) {
  try {
    const { blockSizeBits } = decodeSuperblock(bytes.subarray(SUPERBLOCK_OFFSET));
    const { start, length } = superblockChecksumRange(1 << blockSizeBits);
    bytes.writeUInt32LE(superblockChecksum(bytes.subarray(start, start + length)), SUPERBLOCK_OFFSET + 4);
  } catch {
    // No superblock is left to sign.
  }
}
