// A block of the frame: tried at some cut, and written once the cut is known (RFC 8878, 3.1.1.2).

import { beginLiterals, keepLiterals, putLiterals } from "./literals";
import { TRIALS, TRIAL_SIZE } from "./memory-plan";
import { beginTables, keepTables, putSequences } from "./sequences";
import { cutAt, cutLiteralCount, cutSequenceCount, dropSequences, restore } from "./sequence-store";

export const BLOCK_HEADER: usize = 3;
const RAW: u32 = 0;
const RUN: u32 = 1;
const COMPRESSED: u32 = 2;

let blockStart: usize = 0;
/** Which of the two trial buffers is next; the other holds the kept trial. */
let turn: usize = 0;
let keptSize: usize = 0;
let keptBytes: usize = 0;
let lastSize: usize = 0;
let lastBytes: usize = 0;

export function beginFrame(): void {
  beginLiterals();
  beginTables();
}

export function beginBlock(at: usize): void {
  blockStart = at;
  keptBytes = 0;
  keptSize = 0;
}

/** Bytes that the first `bytes` of the block take, header not counted. */
export function tryBlock(bytes: usize): usize {
  const out = TRIALS + turn * TRIAL_SIZE;
  cutAt(bytes);
  const end = putSequences(putLiterals(out, cutLiteralCount()), cutSequenceCount());
  restore();
  lastBytes = bytes;
  lastSize = end - out;
  return min(lastSize, bytes);
}

/** Keeps the last trial: the best so far. */
export function keepTrial(): void {
  keptBytes = lastBytes;
  keptSize = lastSize;
  turn ^= 1;
}

export function keptBlockBytes(): usize {
  return keptBytes;
}

function putHeader(out: usize, kind: u32, size: usize): usize {
  const header = (kind << 1) | (<u32>size << 3);
  store<u16>(out, <u16>header);
  store<u8>(out + 2, <u8>(header >> 16));
  return out + BLOCK_HEADER;
}

/** Marks the block whose header is at `at` as the last. */
export function markLast(at: usize): void {
  store<u8>(at, load<u8>(at) | 1);
}

/**
 * Writes the kept trial as a block, as plain bytes if these take no more; the trial has to be the last that was made,
 * for its tables to be in force. Returns where the block ends.
 */
export function putBlock(out: usize): usize {
  if (keptSize >= keptBytes) return putRawBlock(out, keptBytes);
  memory.copy(putHeader(out, COMPRESSED, keptSize), TRIALS + (turn ^ 1) * TRIAL_SIZE, keptSize);
  keepLiterals();
  keepTables();
  return out + BLOCK_HEADER + keptSize;
}

export function putRawBlock(out: usize, bytes: usize): usize {
  dropSequences();
  memory.copy(putHeader(out, RAW, bytes), blockStart, bytes);
  return out + BLOCK_HEADER + bytes;
}

/** Writes a block of `bytes` times the byte at its start. */
export function putRunBlock(out: usize, bytes: usize): usize {
  store<u8>(putHeader(out, RUN, bytes), load<u8>(blockStart));
  return out + BLOCK_HEADER + 1;
}
