// MicroLZMA: an LZMA stream without header and end marker, whose first byte, always 0 in LZMA, is the complement of the
// properties. It is cut before the first symbol with which it would pass the end of the output.

import { fillBitPrices } from "./bit-prices";
import { beginFastParse, configureFastParse, parseFast } from "./fast-parser";
import { beginMatches, configureMatches, endMatches, skipMatches } from "./match-finder";
import { SYMBOLS_END } from "./memory-plan";
import { beginOptimalParse, configureOptimalParse, parseOptimally } from "./optimal-parser";
import { endStream, restoreStream, saveStream, startStream, streamSize } from "./range-coder";
import { LITERAL, SYMBOL_SIZE, configureModel, encodeSymbol, resetModel } from "./symbol-coder";
import { SYMBOL_ENTRY, symbolBack, symbolLength } from "./symbol-list";

/** A byte takes at least this much. */
const LEAST_OUTPUT: usize = 6;

let isOptimal: bool = false;
let properties: u32 = 0;
let produced: usize = 0;

/**
 * To be called once, in memory that is zero. The finder's tables go to `tables`; returns their end.
 * `optimal` takes the tree of matches and the optimal parse, else it is chains and the fast parse.
 */
export function configure(
  tables: usize, hash3Bits: u32, hash4Bits: u32, ringBits: u32, dictSize: u32,
  optimal: bool, depth: u32, nice: u32, lc: u32, lp: u32, pb: u32,
): usize {
  isOptimal = optimal;
  properties = (pb * 5 + lp) * 9 + lc;
  fillBitPrices();
  configureModel(lc, lp, pb, optimal ? nice - 1 : 0);
  configureOptimalParse(nice);
  configureFastParse(nice);
  return configureMatches(tables, hash3Bits, hash4Bits, ringBits, dictSize, optimal, depth, nice);
}

/** The second result of the last call of `encodeCluster`: bytes written. */
export function getProduced(): usize {
  return produced;
}

/** Encodes what fits `capacity` bytes at `dst`. Returns the bytes of [src, end) consumed. */
export function encodeCluster(src: usize, end: usize, dst: usize, capacity: usize): usize {
  produced = 0;
  if (src == end || capacity < LEAST_OUTPUT) return 0;
  resetModel();
  startStream(dst);
  beginMatches(src, end);
  beginOptimalParse(src, end);
  beginFastParse(end);
  // nothing is before the first byte that it could match
  skipMatches(1);
  encodeSymbol(src, 0, 1, LITERAL);
  let at = src + 1;
  let isFull = false;
  while (at < end && !isFull) {
    for (let symbol = isOptimal ? parseOptimally(at) : parseFast(at); symbol < SYMBOLS_END; symbol += SYMBOL_ENTRY) {
      const length = symbolLength(symbol);
      const mayPass = streamSize() + SYMBOL_SIZE > capacity;
      if (mayPass) saveStream();
      encodeSymbol(at, <u32>(at - src), length, symbolBack(symbol));
      if (mayPass && streamSize() > capacity) {
        restoreStream();
        isFull = true;
        break;
      }
      at += length;
    }
  }
  endMatches();
  produced = streamSize();
  endStream();
  store<u8>(dst, ~properties);
  return at - src;
}
