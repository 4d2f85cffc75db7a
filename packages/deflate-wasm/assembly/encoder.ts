// Fixed-size output: parse once, in steps, until what is there is estimated to fill the output; divide it into blocks;
// then only the last block's codes are made again and again to find the symbol where the output is full.

import {
  beginOutput, bitsLeft, bitsToByte, bytesWritten, giveBack, putBits, putBytes, takeOut, takePending, takePendingBits,
} from "./bit-writer";
import {
  NO_CODE, buildDynamic, clearCounts, putDynamicStart, putEndOfBlock, putFixedStart, takeFixed,
} from "./block-code";
import { blockCounts, blockBits, blockEnd, dividedBits, splitBlocks, undividedBits } from "./block-splitter";
import { beginMatches, rewindMatches } from "./match-finder";
import { CODES, COSTS, CUT_COUNTS, EXTRA_BITS, LENGTHS, SEGMENT_LENGTH, STRETCH_LIMIT, SYMBOLS, SYMBOL_LIMIT, SYMBOL_SLACK } from "./memory-plan";
import { beginParse, dropSymbols, parseUpTo, parsedAll, parsedUpTo, symbolCount } from "./parser";
import { optimize } from "./optimal-parser";
import { setProduced } from "./result";
import { beginSegments, countSegments, countSymbol, dropSegments, segmentBytes } from "./segments";
import {
  END_OF_BLOCK, MIN_MATCH, distanceEntry, literalSymbol, matchSymbol, symbolBytes, symbolDistance,
} from "./symbols";

const STORED_LIMIT: usize = 65535;
const NO_SYMBOL: u32 = u32.MAX_VALUE;
/** Symbols that may be there before more are parsed. */
const MOST_AHEAD: usize = SYMBOL_LIMIT + SYMBOL_SLACK / 2;
/** The cut settles in three to five rounds, more where the data change. */
const CUT_ROUNDS: u32 = 12;
/** Few symbols take more bits than this. */
const MANY_BITS: usize = 28;
/** Below so many bits of room the fixed codes may be as good. */
const ROOM_FOR_FIXED: usize = 8192;
/** Bits kept for the last block: with less, it is better to cut the one before. */
const RESERVE: usize = 512;
/** Most symbols take fewer bits than this, so that a first step rarely goes too far. */
const FEW_BITS: usize = 20;
/** Symbols of a lazy parse that are parsed anew at once: that may take more of them. */
const OPTIMAL_LIMIT: usize = 40 * 1024;
/** Bytes by which a parse may go too far. */
const STRETCH_SLACK: usize = 2048;
/** The output counts as full when the estimate leaves less than this part. */
const CLOSE_ENOUGH: usize = 64;

/** The input from the first symbol that is not written. */
let position: usize = 0;

function symbolAt(index: usize): u32 {
  return load<u32>(SYMBOLS + (index << 2));
}

/** Bits of a symbol by COSTS; NO_CODE or more if it has no code. */
function costOf(symbol: u32): u32 {
  return <u32>load<u8>(COSTS + <usize>(symbol & 0x1ff)) + load<u8>(COSTS + distanceEntry(symbol));
}

function putSymbols(from: usize, to: usize): void {
  let out = takeOut();
  let bits = takePending();
  let count = takePendingBits();
  const end = SYMBOLS + (to << 2);
  for (let at = SYMBOLS + (from << 2); at < end; at += 4) {
    const symbol = load<u32>(at);
    const literal = <usize>(symbol & 0x1ff);
    bits |= <u64>load<u16>(CODES + (literal << 1)) << count;
    count += load<u8>(LENGTHS + literal);
    if (literal > END_OF_BLOCK) {
      bits |= <u64>((symbol >> 14) & 0x1f) << count;
      count += load<u8>(EXTRA_BITS + literal);
      const distance = distanceEntry(symbol);
      bits |= <u64>load<u16>(CODES + (distance << 1)) << count;
      count += load<u8>(LENGTHS + distance);
      bits |= <u64>(symbol >> 19) << count;
      count += load<u8>(EXTRA_BITS + distance);
    }
    store<u64>(out, bits);
    const bytes = count >> 3;
    out += <usize>bytes;
    bits >>= bytes << 3;
    count &= 7;
  }
  giveBack(out, bits, count);
}

/** Bits of `bytes` as stored blocks. */
function storedCost(bytes: usize): usize {
  const more = bytes == 0 ? <usize>0 : (bytes - 1) / STORED_LIMIT;
  // the blocks after the first one begin at a whole byte
  return 3 + bitsToByte(3) + 32 + more * 40 + (bytes << 3);
}

/** The most bytes that fit the output as stored blocks. */
function storedThatFit(): usize {
  const left = bitsLeft();
  const first = <usize>35 + bitsToByte(3);
  if (left < first + 8) return 0;
  const bytes = (left - first) >> 3;
  const whole = bytes / (STORED_LIMIT + 5);
  return bytes - 5 * whole - (bytes % (STORED_LIMIT + 5) > STORED_LIMIT ? bytes % (STORED_LIMIT + 5) - STORED_LIMIT : 0);
}

function putStored(from: usize, bytes: usize, last: u32): void {
  do {
    const count = min(bytes, STORED_LIMIT);
    bytes -= count;
    const fill = bitsToByte(3);
    putBits(bytes == 0 ? last : 0, 3);
    // any fill will do: ones keep a stream from beginning with a zero byte
    putBits((<u32>1 << <u32>fill) - 1, <u32>fill);
    putBits(<u32>count | (<u32>(count ^ 0xffff) << 16), 32);
    putBytes(from, count);
    from += count;
  } while (bytes != 0);
}

/**
 * Writes a block of the symbols from `from` to `to`, by the kind that is shortest, if it fits the output and leaves
 * `reserve` bits.
 */
function putBlock(counts: usize, from: usize, to: usize, bytes: usize, last: u32, reserve: usize): bool {
  store<u16>(counts + END_OF_BLOCK * 2, 1);
  const fixed = takeFixed(counts);
  const dynamic = buildDynamic(counts);
  const stored = storedCost(bytes);
  if (min(min(fixed, dynamic), stored) + reserve > bitsLeft()) return false;
  if (stored < fixed && stored < dynamic) {
    putStored(position, bytes, last);
  } else {
    if (fixed <= dynamic) {
      takeFixed(counts);
      putFixedStart(last);
    } else {
      putDynamicStart(last);
    }
    putSymbols(from, to);
    putEndOfBlock();
  }
  position += bytes;
  return true;
}

/** As `symbolAt`; parses on if need be. NO_SYMBOL: there is none. */
function symbolAhead(index: usize): u32 {
  if (index >= symbolCount) {
    if (parsedAll() || symbolCount >= MOST_AHEAD) return NO_SYMBOL;
    parseUpTo(symbolCount + 16, usize.MAX_VALUE);
  }
  return symbolAt(index);
}

/** Of the symbols from `from` on so many fit `room` bits by COSTS, where those before `to` take `bits`; returns the end. */
function fitSymbols(from: usize, to: usize, bits: usize, room: usize): usize {
  while (bits > room) {
    if (to == from) return from;
    bits -= costOf(symbolAt(--to));
  }
  while (true) {
    const symbol = symbolAhead(to);
    if (symbol == NO_SYMBOL) break;
    const cost = <usize>costOf(symbol);
    if (cost >= NO_CODE || bits + cost > room) break;
    bits += cost;
    to++;
  }
  return to;
}

/** CUT_COUNTS counts the symbols before `from`; makes it count those before `to`. */
function moveCounts(from: usize, to: usize): void {
  for (let k = from; k < to; k++) countSymbol(CUT_COUNTS, symbolAt(k), 1);
  for (let k = to; k < from; k++) countSymbol(CUT_COUNTS, symbolAt(k), <u32>-1);
}

/** CUT_COUNTS counts the end of the block alone. */
function clearCutCounts(): void {
  clearCounts(CUT_COUNTS);
  store<u16>(CUT_COUNTS + END_OF_BLOCK * 2, 1);
}

function bytesOf(from: usize, to: usize): usize {
  let bytes: usize = 0;
  for (let k = from; k < to; k++) bytes += symbolBytes(symbolAt(k));
  return bytes;
}

/**
 * The symbol at `end` does not fit `room` bits by COSTS: puts in its place what does, a shorter match and literals.
 * Returns the symbols' new end.
 */
function fillRest(end: usize, at: usize, inputEnd: usize, room: usize): usize {
  const symbol = symbolAt(end);
  if (<usize>(symbol & 0x1ff) < END_OF_BLOCK) return end;
  const distance = symbolDistance(symbol);
  for (let length = symbolBytes(symbol) - 1; length >= MIN_MATCH; length--) {
    const shorter = matchSymbol(length, distance);
    const cost = <usize>costOf(shorter);
    if (cost > room || cost >= NO_CODE) continue;
    store<u32>(SYMBOLS + (end++ << 2), shorter);
    room -= cost;
    at += length;
    break;
  }
  for (const last = min(inputEnd, at + SYMBOL_SLACK / 4); at < last; at++) {
    const literal = literalSymbol(load<u8>(at));
    const cost = <usize>costOf(literal);
    if (cost > room || cost >= NO_CODE) break;
    store<u32>(SYMBOLS + (end++ << 2), literal);
    room -= cost;
  }
  return end;
}

/** Writes the last block: as many of the symbols from `from` on as fit. `guess`: the symbol up to which they may. */
function putCut(from: usize, guess: usize, inputEnd: usize): void {
  const room = bitsLeft();
  // by the fixed codes
  let fixedEnd = from;
  clearCutCounts();
  const fixedStart = takeFixed(CUT_COUNTS);
  if (room < ROOM_FOR_FIXED && fixedStart <= room) fixedEnd = fitSymbols(from, from, fixedStart, room);
  // by codes of its own, made for the symbols before `basis`
  let end = from;
  let endBasis = from;
  let basis = from;
  let to = max(min(guess, symbolCount), from);
  for (let round: u32 = 0; round < CUT_ROUNDS; round++) {
    moveCounts(basis, to);
    basis = to;
    const bits = buildDynamic(CUT_COUNTS);
    to = fitSymbols(from, basis, bits, room);
    if (to > end) {
      end = to;
      endBasis = basis;
    } else if (basis > end) {
      // the step below was too long
      if (basis == end + 1) break;
      to = end + 1 + (basis - end - 2) / 4;
    }
    if (to == basis) {
      // what has no code yet may fit when it gets one
      if (bits > room || symbolAhead(to) == NO_SYMBOL) break;
      to = min(to + 1 + (room - bits) / MANY_BITS, symbolCount);
    }
  }
  const fixed = fixedEnd >= end;
  end = max(end, fixedEnd);
  let bytes = bytesOf(from, end);
  const stored = min(storedThatFit(), inputEnd - position);
  if (stored > bytes) {
    putStored(position, stored, 1);
    position += stored;
    return;
  }
  if (bytes == 0) return;
  let left = room;
  if (fixed) {
    clearCutCounts();
    left -= takeFixed(CUT_COUNTS);
    for (let k = from; k < end; k++) left -= costOf(symbolAt(k));
  } else {
    moveCounts(basis, endBasis);
    left -= buildDynamic(CUT_COUNTS);
    for (let k = end; k < endBasis; k++) left += costOf(symbolAt(k));
    for (let k = endBasis; k < end; k++) left -= costOf(symbolAt(k));
  }
  if (end < symbolCount) {
    const rest = fillRest(end, position + bytes, inputEnd, left);
    bytes += bytesOf(end, rest);
    end = rest;
  }
  if (fixed) putFixedStart(1);
  else putDynamicStart(1);
  putSymbols(from, end);
  putEndOfBlock();
  position += bytes;
}

/**
 * Writes the blocks of the first `segments` segments up to `end`, not the last of the stream. Returns the segment
 * behind those that fitted.
 */
function putBlocks(end: usize): usize {
  let segment: usize = 0;
  while (segment < end) {
    const next = blockEnd(segment);
    let bytes: usize = 0;
    for (let k = segment; k < next; k++) bytes += segmentBytes(k);
    if (!putBlock(blockCounts(segment), segment * SEGMENT_LENGTH, min(next * SEGMENT_LENGTH, symbolCount), bytes, 0, RESERVE)) break;
    segment = next;
  }
  return segment;
}

/** The segment with which the last block of the first `segments` segments begins. */
function lastBlock(segments: usize): usize {
  let segment: usize = 0;
  while (blockEnd(segment) != segments) segment = blockEnd(segment);
  return segment;
}

let withOptimal: bool = false;
/** Whether blocks are divided by their true costs. */
let byCodes: bool = false;
/** Whether what is parsed is all of the input, or estimated to fill the output. */
let filled: bool = false;

export function configureEncoder(optimal: bool, trueCosts: bool): void {
  withOptimal = optimal;
  byCodes = trueCosts;
}

/**
 * Parses until what is not written is estimated to take `full` bits, or as much as can be held at once, and divides it
 * into blocks.
 */
function parseEnough(full: usize): void {
  const most = withOptimal ? OPTIMAL_LIMIT : SYMBOL_LIMIT;
  const stop = withOptimal ? position + STRETCH_LIMIT - STRETCH_SLACK : usize.MAX_VALUE;
  let target = symbolCount + full / FEW_BITS + 1;
  // as one block it would take more: so much, in relation
  let undivided: u64 = 1;
  let divided: u64 = 1;
  while (true) {
    parseUpTo(min(target, most), stop);
    const segments = countSegments(symbolCount);
    const atMost = undividedBits(segments);
    let bits = <usize>((<u64>atMost * divided) / undivided);
    const end = parsedAll() || symbolCount >= most || parsedUpTo() >= stop;
    if (end || bits >= full) {
      splitBlocks(segments, byCodes);
      bits = dividedBits(segments);
      filled = parsedAll() || bits >= full;
      if (end || filled) return;
      divided = bits;
      undivided = atMost;
    }
    target = symbolCount + <usize>((<u64>symbolCount * (full - bits)) / bits) + 16;
  }
}

/** Encodes what fits `capacity` bytes at `dst`. Returns the bytes of [src, end) consumed. */
export function encode(src: usize, end: usize, dst: usize, capacity: usize): usize {
  position = src;
  beginOutput(dst, capacity);
  beginMatches(src, end);
  beginParse(src, end);
  beginSegments();
  while (position < end) {
    const room = bitsLeft();
    // a better parse will take more input
    let full = withOptimal ? room + room / 16 : room - room / CLOSE_ENOUGH;
    let segments: usize = 0;
    let bits: usize = 0;
    while (true) {
      parseEnough(full);
      if (withOptimal && !optimize(position)) filled = false;
      segments = countSegments(symbolCount);
      if (withOptimal) splitBlocks(segments, byCodes);
      bits = dividedBits(segments);
      if (!filled || parsedAll() || bits + room / CLOSE_ENOUGH >= room) break;
      full += room / 8;
    }
    const last = lastBlock(segments);
    // the last block may go on, unless it is all there is
    const done = filled || last != 0 ? last : segments;
    const written = putBlocks(done);
    const left = bitsLeft();
    if (written < done) {
      putCut(written * SEGMENT_LENGTH, blockEnd(written) * SEGMENT_LENGTH, end);
      break;
    }
    if (filled) {
      const from = done * SEGMENT_LENGTH;
      if (parsedAll()) {
        if (putBlock(blockCounts(last), from, symbolCount, bytesOf(from, symbolCount), 1, 0)) break;
      }
      // blocks that were stored may have taken less than was estimated
      if (last == 0 || parsedAll() || blockBits(last) + left / CLOSE_ENOUGH >= left) {
        putCut(from, <usize>((<u64>symbolCount * room) / bits), end);
        break;
      }
    }
    if (withOptimal) {
      // to be parsed together with what follows
      rewindMatches(position);
      beginParse(position, end);
      beginSegments();
    } else {
      dropSymbols(min(done * SEGMENT_LENGTH, symbolCount));
      dropSegments(done);
    }
  }
  setProduced(bytesWritten());
  return position - src;
}
