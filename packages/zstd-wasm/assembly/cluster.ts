// A cluster is one Zstandard frame (RFC 8878, 3.1.1): whole blocks as long as they fit, then one that is cut where the
// cluster is full. A block is parsed once; where to cut it is searched by running the entropy stage alone.

import {
  BLOCK_HEADER, beginBlock, beginFrame, keepTrial, keptBlockBytes, markLast, putBlock, putRawBlock, putRunBlock, tryBlock,
} from "./block";
import { commonLength } from "./common-length";
import { fillLog2 } from "./cost";
import { beginTrees } from "./binary-tree";
import { beginFast, beginFastBlock, parseFast } from "./fast-parser";
import { beginChains } from "./hash-chain";
import { beginLazy, beginLazyBlock, parseLazy } from "./lazy-parser";
import { BLOCK_MAX, LITERAL_COUNTS, WINDOW_LOG } from "./memory-plan";
import { beginFirstParse, beginOptimal, beginParse, parseOptimal } from "./optimal-parser";
import { setStatistics } from "./prices";
import { buildPredefined } from "./sequences";
import { beginFrameOffsets, beginSequences, cutLiteralCount, cutSequenceCount, dropSequences } from "./sequence-store";
import { countBetween, nextSplit, splitAt, splitBlock } from "./split";
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

const FAST = 0;
const LAZY = 1;
const OPTIMAL = 2;
let parser = FAST;
/** Parses of a block by the optimal parser. */
let passes: u32 = 0;
/** Blocks are split at multiples of so many bytes; 0: not at all. */
let partSize: usize = 0;
let parsedTo: usize = 0;

function parseTo(target: usize): usize {
  if (target > parsedTo) {
    parsedTo = parser == FAST ? parseFast(target) : parser == LAZY ? parseLazy(target) : parseOptimal(target);
  }
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
  // the lower levels are for speed
  const spare = usize(parser != OPTIMAL);
  bytes = min(most, bytes);
  for (let trials = 0; trials < MOST_TRIALS; trials++) {
    if (high == 0) bytes = max(bytes, min(most, parseTo(start + bytes) - start));
    const size = tryBlock(bytes) + headerSize(before + bytes) + BLOCK_HEADER;
    last = bytes;
    if (size <= room) {
      keepTrial();
      low = bytes;
      lowSize = size;
      if (bytes == most || size + spare >= room) break;
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

/** Where the next block goes, and the header of the last one. */
let out: usize = 0;
let lastBlock: usize = 0;

/**
 * Writes the kept trial or, where these go farther, plain bytes of the block [start, end). Returns the bytes that the
 * block holds.
 */
function writeBlock(start: usize, end: usize, room: usize, before: usize): usize {
  const kept = keptBlockBytes();
  let plain: usize = room < BLOCK_HEADER ? 0 : min(end - start, room - BLOCK_HEADER);
  while (plain != 0 && headerSize(before + plain) + BLOCK_HEADER + plain > room) plain--;
  if (plain == 0 && kept == 0) return 0;
  lastBlock = out;
  out = plain > kept ? putRawBlock(out, plain) : putBlock(out);
  return max(plain, kept);
}

/** Encodes a block that is parsed once. */
function encodeOnce(start: usize, end: usize, room: usize, before: usize): usize {
  beginBlock(start);
  beginSequences(start);
  if (parser == FAST) beginFastBlock(start, end);
  else beginLazyBlock(start, end);
  fillBlock(start, end, room, before, room * 2 + 64, false);
  return writeBlock(start, end, room, before);
}

/** Encodes what fits of [start, end), one or more blocks, by the optimal parser. */
function encodeOptimally(start: usize, end: usize, room: usize, before: usize): usize {
  beginBlock(start);
  beginSequences(start);
  beginFirstParse(start, end, room * 3);
  let bytes = room * 2 + 64;
  if (passes == 1) {
    fillBlock(start, end, room, before, bytes, false);
    return writeBlock(start, end, room, before);
  }
  bytes = fillBlock(start, end, room, before, bytes, true);
  splitBlock(cutSequenceCount(), cutLiteralCount(), partSize == 0 ? end - start : max(partSize, bytes >> 5));
  dropSequences();
  const base = out;
  let at = start;
  let split: usize = 0;
  do {
    const next = nextSplit(split);
    countBetween(split, next);
    split = next;
    const blockEnd = next == 0 || nextSplit(next) == 0 ? end : start + splitAt(next);
    const left = room - (out - base);
    beginSequences(at);
    for (let pass: u32 = 2; ; pass++) {
      beginBlock(at);
      setStatistics(LITERAL_COUNTS);
      beginParse(at, blockEnd);
      parsedTo = at;
      const guess = blockEnd == end ? start + bytes + (bytes >> 6) + 16 - at : blockEnd - at;
      if (pass == passes) {
        fillBlock(at, blockEnd, left, before + (at - start), guess, false);
        break;
      }
      fillBlock(at, blockEnd, left, before + (at - start), guess, true);
      dropSequences();
    }
    const held = writeBlock(at, blockEnd, left, before + (at - start));
    at += held;
    if (at != blockEnd) break;
  } while (at < end);
  return at - start;
}

/** Bytes at `at` that are all the same. */
function runLength(at: usize, end: usize): usize {
  return 1 + commonLength(at + 1, at, end);
}

/**
 * Encodes what fits `capacity` bytes at `dst`, which has 16 bytes more. Returns the bytes of [src, end) consumed.
 * `four`: matches are found by four bytes, not five.
 */
export function encodeFast(src: usize, end: usize, dst: usize, capacity: usize, four: bool): usize {
  parser = FAST;
  beginFast(src, end, beginStretch(src, end), (1 << WINDOW_LOG) - 1, four);
  return encodeFrame(src, end, dst, capacity);
}

/**
 * The same by lazy parse. `attempts`: candidates looked at for one match; `lookAhead`: places that the parser looks
 * ahead.
 */
export function encodeLazy(
  src: usize, end: usize, dst: usize, capacity: usize, attempts: u32, lookAhead: u32, four: bool,
): usize {
  parser = LAZY;
  const farthest: u32 = (1 << WINDOW_LOG) - 1;
  beginChains(src, end, beginStretch(src, end), attempts, four);
  beginLazy(src, farthest, lookAhead);
  return encodeFrame(src, end, dst, capacity);
}

/**
 * The same by optimal parse, `count` times; a match of `nice` bytes is taken at once, blocks are split at multiples of
 * about `part` bytes.
 */
export function encodeOptimal(
  src: usize, end: usize, dst: usize, capacity: usize, attempts: u32, nice: usize, count: u32, part: usize,
): usize {
  parser = OPTIMAL;
  passes = count;
  partSize = part;
  beginTrees(src, end, beginStretch(src, end), attempts, nice);
  beginOptimal(src, (1 << WINDOW_LOG) - 1, nice, count > 2);
  return encodeFrame(src, end, dst, capacity);
}

function encodeFrame(src: usize, end: usize, dst: usize, capacity: usize): usize {
  produced = 0;
  beginFrame();
  beginFrameOffsets();
  const body = dst + LARGEST_HEADER;
  out = body;
  lastBlock = 0;
  let at = src;
  parsedTo = src;
  while (at < end) {
    const used = out - body;
    const before = at - src;
    if (used + headerSize(before + 1) + BLOCK_HEADER + 1 > capacity) break;
    const room = capacity - used;
    const most = min(end - at, BLOCK_MAX);
    beginBlock(at);
    if (runLength(at, at + most) == most && headerSize(before + most) + BLOCK_HEADER + 1 <= room) {
      lastBlock = out;
      out = putRunBlock(out, most);
      at += most;
      continue;
    }
    parsedTo = at;
    const held = parser == OPTIMAL ? encodeOptimally(at, at + most, room, before) : encodeOnce(at, at + most, room, before);
    at += held;
    if (held < most) break;
  }
  endStretch(src, min(end, parsedTo + BLOCK_MAX));
  if (lastBlock == 0) return 0;
  markLast(lastBlock);
  const header = putHeader(dst, at - src);
  memory.copy(header, body, out - body);
  produced = header + (out - body) - dst;
  return at - src;
}
