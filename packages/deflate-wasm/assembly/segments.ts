// The parsed symbols that are not written yet, counted by segments.

import { HISTOGRAM_SIZE, SEGMENT_BYTES, SEGMENT_COUNTS, SEGMENT_LENGTH, SYMBOLS } from "./memory-plan";
import { distanceEntry, symbolBytes } from "./symbols";

/** Segments that are counted whole. */
let counted: usize = 0;

export function beginSegments(): void {
  counted = 0;
}

export function segmentCounts(segment: usize): usize {
  return SEGMENT_COUNTS + segment * HISTOGRAM_SIZE;
}

/** The bytes that a segment stands for. */
export function segmentBytes(segment: usize): usize {
  return load<u32>(SEGMENT_BYTES + (segment << 2));
}

export function countSymbol(counts: usize, symbol: u32, by: u32): void {
  const literal = counts + <usize>((symbol & 0x1ff) << 1);
  store<u16>(literal, <u16>(load<u16>(literal) + by));
  const distance = counts + (distanceEntry(symbol) << 1);
  store<u16>(distance, <u16>(load<u16>(distance) + by));
}

/** Counts segments up to `symbolCount` symbols, the last one as far as it goes; returns how many there are. */
export function countSegments(symbolCount: usize): usize {
  const segments = (symbolCount + SEGMENT_LENGTH - 1) / SEGMENT_LENGTH;
  for (let segment = counted; segment < segments; segment++) {
    const counts = segmentCounts(segment);
    memory.fill(counts, 0, HISTOGRAM_SIZE);
    let at = SYMBOLS + ((segment * SEGMENT_LENGTH) << 2);
    const end = min(at + (SEGMENT_LENGTH << 2), SYMBOLS + (symbolCount << 2));
    let bytes: usize = 0;
    for (; at < end; at += 4) {
      const symbol = load<u32>(at);
      countSymbol(counts, symbol, 1);
      bytes += symbolBytes(symbol);
    }
    store<u32>(SEGMENT_BYTES + (segment << 2), <u32>bytes);
  }
  counted = symbolCount / SEGMENT_LENGTH;
  return segments;
}

/** The first `count` segments are done with; those behind them that are whole move to the front. */
export function dropSegments(count: usize): void {
  counted = max(counted, count) - count;
  memory.copy(SEGMENT_COUNTS, segmentCounts(count), counted * HISTOGRAM_SIZE);
  memory.copy(SEGMENT_BYTES, SEGMENT_BYTES + (count << 2), counted << 2);
}
