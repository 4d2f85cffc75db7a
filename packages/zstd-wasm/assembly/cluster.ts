// A cluster is one Zstandard frame (RFC 8878, 3.1.1): whole blocks as long as they fit, then one that is cut where the
// cluster is full. A block is parsed once; where to cut it is searched by running the entropy stage alone.

import {
  BLOCK_HEADER, beginBlock, beginFrame, keepTrial, keptBlockBytes, markLast, putBlock, putRawBlock, putRunBlock, tryBlock,
} from "./block";
import { commonLength } from "./common-length";
import { fillLog2 } from "./cost";
import { beginTrees } from "./binary-tree";
import { beginChains } from "./hash-chain";
import { beginLazy, beginLazyBlock, parseLazy } from "./lazy-parser";
import { BLOCK_MAX, WINDOW_LOG } from "./memory-plan";
import { beginOptimal, beginOptimalBlock, parseOptimal, reparseBlock } from "./optimal-parser";
import { buildPredefined } from "./sequences";
import { beginFrameOffsets, beginSequences } from "./sequence-store";
import { beginStretch, endStretch } from "./virtual-position";

const MAGIC: u32 = 0xfd2fb528;
const LARGEST_HEADER: usize = 10;
/** Trials to find the cut. */
const MOST_TRIALS = 12;

let produced: usize = 0;

export function getProduced(): usize {
  return produced;
}

/** Makes the constant tables; to be called once, after `planMemory`. */
export function prepare(): void {
  fillLog2();
  buildPredefined();
}

/**
 * Bytes of the header of a frame that holds `size` bytes. The size is told always, as erofs-utils up to 1.9.2 reads no
 * frame without; where all of it is within the window, it stands for the window too.
 */
function headerSize(size: usize): usize {
  const single = size <= <usize>1 << WINDOW_LOG;
  return 5 + (size < 256 && single ? 1 : size < 65792 && size >= 256 ? 2 : 4) + usize(!single);
}

function putHeader(out: usize, size: usize): usize {
  const single = size <= <usize>1 << WINDOW_LOG;
  const sizeBytes = size < 256 && single ? 0 : size < 65792 && size >= 256 ? 1 : 2;
  store<u32>(out, MAGIC);
  store<u8>(out + 4, <u8>((sizeBytes << 6) | (i32(single) << 5)));
  out += 5;
  if (!single) store<u8>(out++, <u8>((WINDOW_LOG - 10) << 3));
  if (sizeBytes == 0) {
    store<u8>(out, <u8>size);
    return out + 1;
  }
  if (sizeBytes == 1) {
    store<u16>(out, <u16>(size - 256));
    return out + 2;
  }
  store<u32>(out, <u32>size);
  return out + 4;
}

/** Parses of a block by the optimal parser; 0: by the lazy one. */
let passes: u32 = 0;
let parsedTo: usize = 0;

function parseTo(target: usize): usize {
  if (target > parsedTo) parsedTo = passes == 0 ? parseLazy(target) : parseOptimal(target);
  return parsedTo;
}

/**
 * Finds the most of the block [start, end) that fits: `room` bytes for header of frame and block, `before` bytes of the
 * frame before the block; `bytes` is tried first. The kept trial holds it, and is the last one made. `rough`: to a
 * sixteenth, and the last trial is near. Returns what was tried last.
 */
function fillBlock(start: usize, end: usize, room: usize, before: usize, bytes: usize, rough: bool): usize {
  const most = end - start;
  let low: usize = 0;
  let lowSize: usize = 0;
  let high: usize = 0;
  let highSize: usize = 0;
  let last: usize = 0;
  bytes = min(most, bytes);
  for (let trials = 0; trials < MOST_TRIALS; trials++) {
    if (high == 0) bytes = max(bytes, min(most, parseTo(start + bytes) - start));
    const size = tryBlock(bytes) + headerSize(before + bytes) + BLOCK_HEADER;
    last = bytes;
    if (size <= room) {
      keepTrial();
      low = bytes;
      lowSize = size;
      if (bytes == most || size == room) break;
      if (rough && size + (room >> 4) >= room) break;
    } else {
      high = bytes;
      highSize = size;
      if (rough && size <= room + (room >> 4)) break;
    }
    if (high == 0) {
      bytes = min(most, max(low + 64, min(low * 4, low * room / lowSize + (low >> 5) + 64)));
      continue;
    }
    if (high - low <= 1) break;
    const guess = low + <usize>(<u64>(high - low) * (room - lowSize) / (highSize - lowSize));
    bytes = min(high - 1, max(low + 1, guess));
  }
  if (low != last && low != 0 && !rough) {
    tryBlock(low);
    keepTrial();
  }
  return last;
}

/** Parses the block at [start, end) and finds the most of it that fits. */
function parseBlock(start: usize, end: usize, room: usize, before: usize): void {
  beginSequences(start);
  parsedTo = start;
  let bytes = room * 2 + 64;
  if (passes == 0) {
    beginLazyBlock(start, end);
  } else {
    beginOptimalBlock(start, end, room * 3);
    for (let pass: u32 = 1; pass < passes; pass++) {
      bytes = fillBlock(start, end, room, before, bytes, true);
      bytes += (bytes >> 6) + 16;
      reparseBlock();
      parsedTo = start;
      beginBlock(start);
    }
  }
  fillBlock(start, end, room, before, bytes, false);
}

/** Bytes at `at` that are all the same. */
function runLength(at: usize, end: usize): usize {
  return 1 + commonLength(at + 1, at, end);
}

/**
 * Encodes what fits `capacity` bytes at `dst`, which has 16 bytes more. Returns the bytes of [src, end) consumed.
 * `attempts`: candidates looked at for one match; `lookAhead`: places that the parser looks ahead.
 */
export function encodeLazy(src: usize, end: usize, dst: usize, capacity: usize, attempts: u32, lookAhead: u32): usize {
  passes = 0;
  beginChains(src, end, beginStretch(src, end), attempts);
  beginLazy(src, (1 << WINDOW_LOG) - 1, lookAhead);
  return encodeFrame(src, end, dst, capacity);
}

/** The same by optimal parse, `count` times; a match of `nice` bytes is taken at once. */
export function encodeOptimal(
  src: usize, end: usize, dst: usize, capacity: usize, attempts: u32, nice: usize, count: u32,
): usize {
  passes = count;
  beginTrees(src, end, beginStretch(src, end), attempts, nice);
  beginOptimal(src, (1 << WINDOW_LOG) - 1, nice);
  return encodeFrame(src, end, dst, capacity);
}

function encodeFrame(src: usize, end: usize, dst: usize, capacity: usize): usize {
  produced = 0;
  beginFrame();
  beginFrameOffsets();
  const body = dst + LARGEST_HEADER;
  let out = body;
  let at = src;
  let lastBlock: usize = 0;
  parsedTo = src;
  while (at < end) {
    const used = out - body;
    const overhead = headerSize(at - src + 1) + BLOCK_HEADER;
    if (used + overhead + 1 > capacity) break;
    const room = capacity - used;
    const most = min(end - at, BLOCK_MAX);
    beginBlock(at);
    const run = runLength(at, at + most);
    if (run == most && headerSize(at - src + run) + BLOCK_HEADER + 1 <= room) {
      lastBlock = out;
      out = putRunBlock(out, run);
      at += run;
      continue;
    }
    parseBlock(at, at + most, room, at - src);
    const kept = keptBlockBytes();
    let plain = min(most, room - overhead);
    while (headerSize(at - src + plain) + BLOCK_HEADER + plain > room) plain--;
    lastBlock = out;
    if (plain > kept) {
      out = putRawBlock(out, plain);
      at += plain;
    } else {
      out = putBlock(out);
      at += kept;
    }
    if (max(kept, plain) < most) break;
  }
  endStretch(src, min(end, parsedTo + BLOCK_MAX));
  if (lastBlock == 0) return 0;
  markLast(lastBlock);
  const header = putHeader(dst, at - src);
  memory.copy(header, body, out - body);
  produced = header + (out - body) - dst;
  return at - src;
}
