// Zstandard decoder (RFC 8878): one frame, no dictionary, into one piece of memory that holds all of its output.

import { copyExactly } from "../copy";
import { CORRUPT, OVERLAP } from "../fault";
import { isCallers } from "../layout";
import { readLiterals, resetLiterals } from "./literals";
import { MAX_BLOCK } from "./memory";
import { readSequenceTables, resetSequenceTables } from "./sequence-tables";
import { outputEnd, resetOffsets, runSequences } from "./sequences";
import { xxh64 } from "./xxh64";

const MAGIC: u32 = 0xfd2fb528;
/** What libzstd's streams take by default; nothing is allocated by it here. */
const MAX_WINDOW: u64 = 1 << 27;
const MIN_WINDOW: u64 = 1 << 10;
/** Sums of positions stay below 2^32 up to this input size. */
const MAX_INPUT: usize = 1 << 24;
/** No offset that reaches into an output of this size takes more than 25 bits. */
const MAX_OUTPUT: usize = 1 << 25;

/**
 * Decodes a whole frame: all of the input, exactly `dstLen` bytes out, in the memory that Linux has for windows of up to
 * `maxWindow`. Returns dstLen, CORRUPT or OVERLAP.
 */
export function zstdDecode(src: usize, srcLen: usize, dst: usize, dstLen: usize, maxWindow: usize): i32 {
  return decode(src, srcLen, dst, dstLen, maxWindow, false);
}

/** Decodes until `dstLen` bytes are out, whatever is left of the input. Returns dstLen, CORRUPT or OVERLAP. */
export function zstdDecodePartial(src: usize, srcLen: usize, dst: usize, dstLen: usize, maxWindow: usize): i32 {
  return dstLen == 0 ? 0 : decode(src, srcLen, dst, dstLen, maxWindow, true);
}

/** What `readHeader` found: no offset of the frame is longer, nor a block; the input ends with a checksum. */
let windowSize: usize = 0;
let maxBlock: usize = 0;
let hasChecksum = false;

/**
 * Whether a frame fits into what Linux allocates for windows of up to `maxWindow`: room for a block of input, and for
 * the window, one more block and 64 bytes of output (zstd 1.5.2 to 1.5.5; 1.5.7, in Linux 6.15, has a block more on both
 * sides). A frame whose content is known to be short needs no more than that, so that windows may also be larger.
 */
function fits(window: u64, content: u64, maxWindow: u64): bool {
  const block = min(window, <u64>MAX_BLOCK);
  const room = maxWindow + 2 * min(maxWindow, <u64>MAX_BLOCK) + 64;
  return block + min(content, window + block + 64) <= room;
}

/** Reads a frame's header. Returns its length, or CORRUPT. */
function readHeader(src: usize, srcLen: usize, dstLen: usize, maxWindow: usize, partial: bool): i32 {
  if (srcLen < 6 || load<u32>(src) != MAGIC) return CORRUPT;
  const descriptor = <u32>load<u8>(src, 4);
  // A reserved bit, and a dictionary.
  if ((descriptor & 0b1011) != 0) return CORRUPT;
  hasChecksum = (descriptor & 4) != 0;
  const isSingleSegment = (descriptor & 0x20) != 0;
  const sizeCode = descriptor >> 6;
  let at: usize = isSingleSegment ? 5 : 6;
  const sizeLength: usize = sizeCode == 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeCode;
  if (at + sizeLength > srcLen) return CORRUPT;
  let window: u64 = 0;
  if (!isSingleSegment) {
    const code = <u64>load<u8>(src, 5);
    window = (<u64>1 << (10 + (code >> 3))) + ((code & 7) << (7 + (code >> 3)));
    if (window > MAX_WINDOW) return CORRUPT;
  }
  let size: u64 = u64.MAX_VALUE;
  if (sizeLength != 0) {
    size = 0;
    for (let i: usize = 0; i < sizeLength; i++) size |= <u64>load<u8>(src + at + i) << <u64>(i << 3);
    if (sizeLength == 2) size += 256;
    if (partial ? size < <u64>dstLen : size != <u64>dstLen) return CORRUPT;
    if (isSingleSegment) window = size;
  }
  maxBlock = <usize>min(window, <u64>MAX_BLOCK);
  window = max(window, MIN_WINDOW);
  if (!fits(window, size, maxWindow)) return CORRUPT;
  windowSize = <usize>min(window, MAX_WINDOW);
  return <i32>(at + sizeLength);
}

function decode(src: usize, srcLen: usize, dst: usize, dstLen: usize, maxWindow: usize, partial: bool): i32 {
  if (srcLen > MAX_INPUT || dstLen > MAX_OUTPUT || !isCallers(src, srcLen) || !isCallers(dst, dstLen)) return CORRUPT;
  const srcEnd = src + srcLen;
  const dstEnd = dst + dstLen;
  if (src < dst && srcEnd > dst && dstLen != 0) return OVERLAP;
  const isInPlace = src < dstEnd && srcEnd > dst;

  const header = readHeader(src, srcLen, dstLen, maxWindow, partial);
  if (header < 0) return CORRUPT;
  resetLiterals();
  resetSequenceTables();
  resetOffsets();
  let ip = src + header;
  let op = dst;
  let isLast: bool;
  do {
    if (srcEnd - ip < 3) return CORRUPT;
    const block = <usize>load<u16>(ip) | (<usize>load<u8>(ip, 2) << 16);
    ip += 3;
    isLast = (block & 1) != 0;
    const kind = (block >> 1) & 3;
    let length = block >> 3;
    if (length > maxBlock) return CORRUPT;
    const end = ip + (kind == 1 ? 1 : length);
    if (kind == 3 || <usize>(kind == 1 ? 1 : length) > srcEnd - ip) return CORRUPT;
    if (kind == 2) {
      const literalsSize = readLiterals(ip, end, maxBlock, isInPlace ? 0 : srcEnd);
      if (literalsSize < 0) return CORRUPT;
      ip += literalsSize;
      const tablesSize = readSequenceTables(ip, end);
      if (tablesSize < 0) return CORRUPT;
      ip += tablesSize;
      const code = runSequences(ip, end, op, dstEnd, isInPlace ? ip : dstEnd, dst, windowSize, partial);
      if (code == 1) return <i32>dstLen;
      if (code != 0) return code;
      if (outputEnd - op > maxBlock) return CORRUPT;
      op = outputEnd;
    } else {
      if (length > dstEnd - op) {
        if (!partial) return CORRUPT;
        length = dstEnd - op;
      }
      if (isInPlace && length > end - op) return OVERLAP;
      if (kind == 0) copyExactly(op, ip, length);
      else memory.fill(op, load<u8>(ip), length);
      op += length;
    }
    if (partial && op == dstEnd) return <i32>dstLen;
    ip = end;
  } while (!isLast);
  if (op != dstEnd) return CORRUPT;
  if (hasChecksum) {
    if (srcEnd - ip != 4 || load<u32>(ip) != <u32>xxh64(dst, dstLen, 0)) return CORRUPT;
    ip += 4;
  }
  return ip == srcEnd ? <i32>dstLen : CORRUPT;
}
