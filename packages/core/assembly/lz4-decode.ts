// LZ4 block decoder (the block format only: no frame, no dictionary).
//
// Runs are copied in whole 16-byte vectors, past their end, wherever that cannot be noticed: the rest of the
// output is written later anyway. "Cannot be noticed" means that the vector ends inside the output, and in
// front of the input that is still to be read, for the input may stand at the tail of the output buffer.
// That second rule is one unsigned comparison of `ip - op` whatever the placement: with the input in front of
// the output the difference wraps to a huge number, behind it there is always room, and where the two overlap
// it is the true distance, never negative, since no step may write past `ip`.

import { copyExactly, copyLoosely, REPEAT_ROWS, REPEAT_STEPS, repeatBytes } from "./copy";
import { CORRUPT, OVERLAP } from "./fault";
import { isInMemory } from "./layout";

/** Sums of length bytes stay below 2^32 up to this input size. */
const MAX_INPUT: usize = 1 << 24;

/** Decodes a whole block: all of the input, exactly `dstLen` bytes out. Returns dstLen, CORRUPT or OVERLAP. */
export function lz4Decode(src: usize, srcLen: usize, dst: usize, dstLen: usize): i32 {
  return decode(src, srcLen, dst, dstLen, false);
}

/** Decodes until `dstLen` bytes are out, whatever is left of the input. Returns dstLen, CORRUPT or OVERLAP. */
export function lz4DecodePartial(src: usize, srcLen: usize, dst: usize, dstLen: usize): i32 {
  return dstLen == 0 ? 0 : decode(src, srcLen, dst, dstLen, true);
}

function decode(src: usize, srcLen: usize, dst: usize, dstLen: usize, partial: bool): i32 {
  if (srcLen > MAX_INPUT || <i32>dstLen < 0 || !isInMemory(src, srcLen) || !isInMemory(dst, dstLen)) return CORRUPT;
  const srcEnd = src + srcLen;
  const dstEnd = dst + dstLen;
  if (src < dst && srcEnd > dst && dstLen != 0) return OVERLAP;

  let ip = src;
  let op = dst;
  // Below these, a sequence of short runs (up to 14 literals, up to 18 match bytes) reads at most 17 bytes
  // of input and writes within 46 bytes of output, vectors counted whole.
  const shortInputEnd = max(srcEnd, 16) - 16;
  const shortOutputEnd = max(dstEnd, 46) - 46;
  while (true) {
    let token: usize;
    let offset: usize;
    let length: usize;
    if (ip < shortInputEnd && op < shortOutputEnd && ip - op >= 32 && (token = load<u8>(ip)) < 0xf0) {
      v128.store(op, v128.load(ip, 1));
      length = token >> 4;
      op += length;
      ip += length;
      offset = load<u16>(ip, 1);
      ip += 3;
      // One comparison for two faults: offset 0 wraps.
      if (offset - 1 >= op - dst) return CORRUPT;
      length = token & 15;
      if (length != 15) {
        const from = op - offset;
        if (offset >= 8) {
          // Halves rather than one vector: this way the branch is seldom mispredicted.
          store<u64>(op, load<u64>(from));
          store<u64>(op, load<u64>(from, 8), 8);
          store<u16>(op, load<u16>(from, 16), 16);
        } else {
          const pattern = i8x16.swizzle(v128.load(from), v128.load(REPEAT_ROWS + (offset << 4)));
          v128.store(op, pattern);
          v128.store(op + load<u8>(REPEAT_STEPS + offset), pattern);
        }
        op += length + 4;
        continue;
      }
    } else {
      if (ip >= srcEnd) return CORRUPT;
      token = load<u8>(ip++);
      length = token >> 4;
      if (length == 15) {
        let more: usize;
        do {
          if (ip >= srcEnd) return CORRUPT;
          more = load<u8>(ip++);
          length += more;
        } while (more == 255);
      }
      // Loose copies read and write up to 31 bytes past the run.
      if (length + 32 <= min(dstEnd - op, srcEnd - ip) && ip - op >= 32) {
        copyLoosely(op, ip, length);
        op += length;
        ip += length;
      } else {
        if (length > dstEnd - op) {
          if (!partial) return CORRUPT;
          length = dstEnd - op;
        }
        if (length > srcEnd - ip) return CORRUPT;
        copyExactly(op, ip, length);
        op += length;
        ip += length;
        if (partial && op == dstEnd) return <i32>dstLen;
        if (ip == srcEnd) return op == dstEnd ? <i32>dstLen : CORRUPT;
        if (srcEnd - ip < 2) return CORRUPT;
      }
      offset = load<u16>(ip);
      ip += 2;
      if (offset - 1 >= op - dst) return CORRUPT;
      length = token & 15;
    }

    if (length == 15) {
      let more: usize;
      do {
        if (ip >= srcEnd) return CORRUPT;
        more = load<u8>(ip++);
        length += more;
      } while (more == 255);
    }
    length += 4;
    if (length + 32 <= min(dstEnd - op, ip - op)) {
      if (offset >= 16) copyLoosely(op, op - offset, length);
      else repeatBytes(op, offset, length, true);
      op += length;
      continue;
    }
    if (length > dstEnd - op) {
      if (!partial) return CORRUPT;
      length = dstEnd - op;
    }
    if (length > ip - op) return OVERLAP;
    if (offset >= 16) copyExactly(op, op - offset, length);
    else repeatBytes(op, offset, length, false);
    op += length;
    if (partial && op == dstEnd) return <i32>dstLen;
  }
}
