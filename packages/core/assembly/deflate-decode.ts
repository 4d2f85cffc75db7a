// Decoder of raw DEFLATE (RFC 1951, no zlib or gzip around it). It accepts what zlib's inflate accepts.
//
// Input is taken into a buffer of 64 bits, from its lowest one, in whole loads: `count` bits of it are good, and those
// above are either zero or what the next load will find there. The last bytes of the input are moved to where zeros
// follow, so that no load looks at the end; whether more was taken than there is, is asked before the result is given.

import { copyExactly, copyLoosely, repeatBytes } from "./copy";
import {
  buildTable,
  codeLengths,
  DISTANCE_BITS,
  distanceTable,
  END,
  EXCEPTIONAL,
  KIND_DISTANCES,
  KIND_LENGTHS,
  KIND_SYMBOLS,
  LENGTH_BITS,
  lengthTable,
  LINK,
  LITERAL,
  SYMBOL_BITS,
  symbolTable,
  TABLES_SIZE,
} from "./deflate-tables";
import { CORRUPT, OVERLAP } from "./fault";
import { decoderTables, isCallers } from "./layout";

/** Bytes of input that a step may load: two refills, the first of which moves on by 7. */
const STEP_INPUT: usize = 16;
/** Room that a step needs to write as it likes: four literals, the longest match, two vectors. */
const STEP_OUTPUT: usize = 4 + 258 + 32;

/** What a block's decoder returns instead of an address. */
const AT_CORRUPT: usize = 0;
const AT_OVERLAP: usize = 1;

// The decoder's state between steps of a header; a block's symbols are decoded on locals.
let bits: u64 = 0;
let count: u32 = 0;
let ip: usize = 0;
/** Behind this, a step may load beyond the input. */
let inputLimit: usize = 0;
let inputEnd: usize = 0;
let hasMoved = false;
let outputStart: usize = 0;
let outputEnd: usize = 0;
/** Whether the tables are those of the fixed codes. */
let hasFixedTables = false;

/**
 * Decodes a whole stream: exactly `dstLen` bytes out, up to the end of the final block. What is behind it is not looked
 * at, as by the kernel. Returns dstLen, CORRUPT or OVERLAP.
 */
export function deflateDecode(src: usize, srcLen: usize, dst: usize, dstLen: usize): i32 {
  return decode(src, srcLen, dst, dstLen, false);
}

/** Decodes until `dstLen` bytes are out, whatever is left of the input. Returns dstLen, CORRUPT or OVERLAP. */
export function deflateDecodePartial(src: usize, srcLen: usize, dst: usize, dstLen: usize): i32 {
  return dstLen == 0 ? 0 : decode(src, srcLen, dst, dstLen, true);
}

function decode(src: usize, srcLen: usize, dst: usize, dstLen: usize, partial: bool): i32 {
  if (<i32>dstLen < 0 || !isCallers(src, srcLen) || !isCallers(dst, dstLen)) return CORRUPT;
  if (src < dst && src + srcLen > dst && dstLen != 0) return OVERLAP;
  bits = 0;
  count = 0;
  ip = src;
  inputEnd = src + srcLen;
  inputLimit = inputEnd - STEP_INPUT;
  hasMoved = false;
  outputStart = dst;
  outputEnd = dst + dstLen;
  hasFixedTables = false;

  /** Where the output goes on, or a fault: addresses are larger. */
  let op = dst;
  let isLast: bool;
  do {
    if (!refill()) return CORRUPT;
    isLast = (bits & 1) != 0;
    const type = <u32>(bits >> 1) & 3;
    take(3);
    if (type == 0) op = copyStored(op, partial);
    else if (type == 3 || !(type == 1 ? readFixedCodes() : readCodes())) return CORRUPT;
    else op = decodeSymbols(op, partial);
    if (op <= AT_OVERLAP) return op == AT_OVERLAP ? OVERLAP : CORRUPT;
  } while (!isLast && !(partial && op == outputEnd));
  // Bytes that are in the buffer whole were not taken.
  if (op != outputEnd || ip - (count >> 3) > inputEnd) return CORRUPT;
  return <i32>dstLen;
}

/** Makes at least 56 bits good. False when far more was taken than there is. */
// @ts-ignore: decorator
@inline
function refill(): bool {
  if (ip > inputLimit && !reachTail()) return false;
  bits |= load<u64>(ip) << count;
  ip += (63 - count) >> 3;
  count |= 56;
  return true;
}

// @ts-ignore: decorator
@inline
function take(length: u32): void {
  bits >>= length;
  count -= length;
}

/** Moves the last bytes of the input to where zeros follow; once they are there, false. */
function reachTail(): bool {
  if (hasMoved) return false;
  hasMoved = true;
  const tail = decoderTables() + TABLES_SIZE;
  // Nothing reaches as far as this beyond the end: the next look at the limit stops it.
  memory.fill(tail, 0, 3 * STEP_INPUT);
  const rest = inputEnd - ip;
  memory.copy(tail, ip, rest);
  ip = tail;
  inputEnd = tail + rest;
  // The buffer holds less than 8 bytes: whoever is further has taken more than there is.
  inputLimit = inputEnd + 8;
  return true;
}

/** A block of bytes as they are. Returns where the output ends now, or AT_CORRUPT or AT_OVERLAP. */
function copyStored(op: usize, partial: bool): usize {
  take(count & 7);
  if (!refill()) return AT_CORRUPT;
  let length = <usize>bits & 0xffff;
  if (length != (<usize>~bits >> 16 & 0xffff)) return AT_CORRUPT;
  take(32);
  if (length > outputEnd - op) {
    if (!partial) return AT_CORRUPT;
    length = outputEnd - op;
  }
  // What is in the buffer may already be overwritten in the memory.
  for (; length != 0 && count >= 8; length--) {
    if (op == ip) return AT_OVERLAP;
    store<u8>(op++, <u32>bits);
    take(8);
  }
  if (length == 0) return op;
  bits = 0;
  if (ip > inputEnd || length > inputEnd - ip) return AT_CORRUPT;
  copyExactly(op, ip, length);
  ip += length;
  return op + length;
}

/** The codes that fixed blocks have. */
function readFixedCodes(): bool {
  if (hasFixedTables) return true;
  const lengths = codeLengths();
  memory.fill(lengths, 8, 144);
  memory.fill(lengths + 144, 9, 256 - 144);
  memory.fill(lengths + 256, 7, 280 - 256);
  memory.fill(lengths + 280, 8, 288 - 280);
  memory.fill(lengths + 288, 5, 32);
  hasFixedTables = buildTables(288, 32);
  return true;
}

function buildTables(symbols: u32, distances: u32): bool {
  const lengths = codeLengths();
  return (
    buildTable(KIND_SYMBOLS, lengths, symbols, symbolTable(), SYMBOL_BITS) &&
    buildTable(KIND_DISTANCES, lengths + symbols, distances, distanceTable(), DISTANCE_BITS)
  );
}

/** In which order the lengths of the codes of lengths come. */
const LENGTH_ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** The codes of a dynamic block, from its header. */
function readCodes(): bool {
  if (!refill()) return false;
  const symbols = (<u32>bits & 31) + 257;
  const distances = (<u32>(bits >> 5) & 31) + 1;
  const lengthCodes = (<usize>(bits >> 10) & 15) + 4;
  take(14);
  if (symbols > 286 || distances > 30) return false;
  hasFixedTables = false;

  const lengths = codeLengths();
  const table = lengthTable();
  memory.fill(lengths, 0, 19);
  for (let i: usize = 0; i < lengthCodes; i++) {
    if (count < 3 && !refill()) return false;
    store<u8>(lengths + load<u8>(LENGTH_ORDER + i), <u32>bits & 7);
    take(3);
  }
  if (!buildTable(KIND_LENGTHS, lengths, 19, table, LENGTH_BITS)) return false;

  const end = lengths + symbols + distances;
  for (let at = lengths; at < end; ) {
    if (count < 14 && !refill()) return false;
    const entry = load<u32>(table + ((<usize>bits & ((1 << LENGTH_BITS) - 1)) << 2));
    take(entry & 0xff);
    const length = entry >>> 16;
    if (length < 16) {
      store<u8>(at++, length);
      continue;
    }
    let value: u8 = 0;
    let repeats: u32;
    if (length == 16) {
      if (at == lengths) return false;
      value = load<u8>(at - 1);
      repeats = 3 + (<u32>bits & 3);
      take(2);
    } else if (length == 17) {
      repeats = 3 + (<u32>bits & 7);
      take(3);
    } else {
      repeats = 11 + (<u32>bits & 127);
      take(7);
    }
    if (repeats > end - at) return false;
    // Short runs: a call of memory.fill takes longer.
    for (; repeats != 0; repeats--) store<u8>(at++, value);
  }
  // Without a word for the block's end.
  if (load<u8>(lengths + 256) == 0) return false;
  return buildTables(symbols, distances);
}

/** The symbols of a block. Returns where the output ends now, or AT_CORRUPT or AT_OVERLAP. */
function decodeSymbols(from: usize, partial: bool): usize {
  const symbols = symbolTable();
  const distances = distanceTable();
  const end = outputEnd;
  let op = from;
  let buffer = bits;
  let good = count;
  let next = ip;
  let limit = inputLimit;

  while (true) {
    if (next > limit) {
      ip = next;
      if (!reachTail()) return AT_CORRUPT;
      next = ip;
      limit = inputLimit;
    }
    buffer |= load<u64>(next) << good;
    next += (63 - good) >> 3;
    good |= 56;
    let entry = load<u32>(symbols + ((<usize>buffer & ((1 << SYMBOL_BITS) - 1)) << 2));
    const hasRoom = min(end - op, next - op) >= STEP_OUTPUT;
    if (hasRoom) {
      // Three words of the root table and then any symbol take at most 53 bits.
      if (entry & LITERAL) {
        store<u8>(op++, entry >>> 16);
        buffer >>= entry;
        good -= entry & 0xff;
        entry = load<u32>(symbols + ((<usize>buffer & ((1 << SYMBOL_BITS) - 1)) << 2));
        if (entry & LITERAL) {
          store<u8>(op++, entry >>> 16);
          buffer >>= entry;
          good -= entry & 0xff;
          entry = load<u32>(symbols + ((<usize>buffer & ((1 << SYMBOL_BITS) - 1)) << 2));
          if (entry & LITERAL) {
            store<u8>(op++, entry >>> 16);
            buffer >>= entry;
            good -= entry & 0xff;
            continue;
          }
        }
      }
    } else if (entry & LITERAL) {
      if (op == end) return AT_CORRUPT;
      if (op == next) return AT_OVERLAP;
      store<u8>(op++, entry >>> 16);
      buffer >>= entry;
      good -= entry & 0xff;
      if (partial && op == end) break;
      continue;
    }
    if (entry & EXCEPTIONAL) {
      if (entry & LINK) {
        buffer >>= SYMBOL_BITS;
        good -= SYMBOL_BITS;
        const index = (entry >>> 16) + (<u32>buffer & ((1 << ((entry >>> 8) & 15)) - 1));
        entry = load<u32>(symbols + (index << 2));
        if (entry & LITERAL) {
          if (op == end) return AT_CORRUPT;
          if (op == next) return AT_OVERLAP;
          store<u8>(op++, entry >>> 16);
          buffer >>= entry;
          good -= entry & 0xff;
          if (partial && op == end) break;
          continue;
        }
      }
      if (entry & EXCEPTIONAL) {
        if (!(entry & END)) return AT_CORRUPT;
        buffer >>= entry;
        good -= entry & 0xff;
        break;
      }
    }
    let length = <usize>((entry >>> 16) + ((<u32>buffer & ((1 << entry) - 1)) >>> (entry >>> 8)));
    buffer >>= entry;
    good -= entry & 0xff;

    buffer |= load<u64>(next) << good;
    next += (63 - good) >> 3;
    good |= 56;
    entry = load<u32>(distances + ((<usize>buffer & ((1 << DISTANCE_BITS) - 1)) << 2));
    if (entry & EXCEPTIONAL) {
      if (!(entry & LINK)) return AT_CORRUPT;
      buffer >>= DISTANCE_BITS;
      good -= DISTANCE_BITS;
      const index = (entry >>> 16) + (<u32>buffer & ((1 << ((entry >>> 8) & 15)) - 1));
      entry = load<u32>(distances + (index << 2));
      if (entry & EXCEPTIONAL) return AT_CORRUPT;
    }
    const offset = <usize>((entry >>> 16) + ((<u32>buffer & ((1 << entry) - 1)) >>> (entry >>> 8)));
    buffer >>= entry;
    good -= entry & 0xff;
    if (offset > op - outputStart) return AT_CORRUPT;

    if (hasRoom) {
      const source = op - offset;
      if (offset >= 16) {
        v128.store(op, v128.load(source));
        v128.store(op, v128.load(source, 16), 16);
        if (length > 32) copyLoosely(op + 32, source + 32, length - 32);
      } else repeatBytes(op, offset, length, true);
    } else {
      if (length > end - op) {
        if (!partial) return AT_CORRUPT;
        length = end - op;
      }
      if (length > next - op) return AT_OVERLAP;
      if (offset >= 16) copyExactly(op, op - offset, length);
      else repeatBytes(op, offset, length, false);
    }
    op += length;
    if (partial && op == end) break;
  }
  bits = buffer;
  count = good;
  ip = next;
  return op;
}
