// LZ4 block decoder (the block format only: no frame, no dictionary).
//
// Runs are copied in whole 16-byte vectors, past their end, wherever that cannot be noticed: the rest of the
// output is written later anyway. "Cannot be noticed" means that the vector ends inside the output, and in
// front of the input that is still to be read, for the input may stand at the tail of the output buffer.
// That second rule is one unsigned comparison of `ip - op` whatever the placement: with the input in front of
// the output the difference wraps to a huge number, behind it there is always room, and where the two overlap
// it is the true distance, never negative, since no step may write past `ip`.

import { isInMemory } from "./layout";

/** The input is not an LZ4 block of this output length. */
const CORRUPT = -1;
/** Input and output overlap, and the output would overwrite input that is still to be read. */
const OVERLAP = -2;
/** Sums of length bytes stay below 2^32 up to this input size. */
const MAX_INPUT: usize = 1 << 24;

// Row `offset` lists `i % offset` for i of 0..15: a swizzle by it repeats the last `offset` bytes.
const REPEAT_ROWS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,
  0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
  0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0,
  0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0,
], 16);
// The largest multiple of `offset` up to 16: how far one repeated vector carries.
const REPEAT_STEPS = memory.data<u8>([0, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15]);

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

/** Copies upwards in vectors, up to 31 bytes past the run. The distance is at least 16. */
function copyLoosely(to: usize, from: usize, length: usize): void {
  const end = to + length;
  do {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    to += 32;
    from += 32;
  } while (to < end);
}

/**
 * Copies upwards and touches nothing else. Right for any `to` at or below `from` (every piece is read before
 * it or anything behind it is written) and for a `to` at least 16 above it.
 */
function copyExactly(to: usize, from: usize, length: usize): void {
  for (; length >= 16; length -= 16) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
  if (length & 8) {
    store<u64>(to, load<u64>(from));
    to += 8;
    from += 8;
  }
  if (length & 4) {
    store<u32>(to, load<u32>(from));
    to += 4;
    from += 4;
  }
  if (length & 2) {
    store<u16>(to, load<u16>(from));
    to += 2;
    from += 2;
  }
  if (length & 1) store<u8>(to, load<u8>(from));
}

/** Continues the last `offset` bytes (1..15) before `to` for `length` bytes, 15 more where that is allowed. */
function repeatBytes(to: usize, offset: usize, length: usize, isLoose: bool): void {
  const end = to + length;
  if (isLoose || length >= 16) {
    const pattern = i8x16.swizzle(v128.load(to - offset), v128.load(REPEAT_ROWS + (offset << 4)));
    const step = <usize>load<u8>(REPEAT_STEPS + offset);
    const vectorsEnd = isLoose ? end : end - 15;
    do {
      v128.store(to, pattern);
      to += step;
    } while (to < vectorsEnd);
  }
  for (; to < end; to++) store<u8>(to, load<u8>(to - offset));
}
