// Greedy and lazy parse, in steps: symbols are appended to SYMBOLS until there are as many as asked for.

import { longestMatch, matchDistance, nearestThree } from "./match-finder";
import { SYMBOLS } from "./memory-plan";
import { literalSymbol, matchSymbol } from "./symbols";

/** A match of three bytes from farther away costs more than its literals, as a rule. */
const FAR_FOR_THREE: usize = 8192;

let attempts: u32 = 1;
let nice: usize = 32;
let lazySteps: u32 = 0;
let withThree: bool = true;

let at: usize = 0;
let inputEnd: usize = 0;
/** Symbols there are. */
export let symbolCount: usize = 0;

/**
 * `lazySteps`: how many places ahead a better match is looked for, 0 to 2. `attempts` and `nice` as of
 * `longestMatch`.
 */
export function configureParser(mostAttempts: u32, niceLength: usize, steps: u32, threeBytes: bool): void {
  attempts = mostAttempts;
  nice = niceLength;
  lazySteps = steps;
  withThree = threeBytes;
}

export function beginParse(start: usize, end: usize): void {
  at = start;
  inputEnd = end;
  symbolCount = 0;
}

/** Whether all of the input is parsed. */
export function parsedAll(): bool {
  return at >= inputEnd;
}

/** The first `count` symbols are done with; the others move to the front. */
export function dropSymbols(count: usize): void {
  symbolCount -= count;
  memory.copy(SYMBOLS, SYMBOLS + (count << 2), symbolCount << 2);
}

/** The input up to which there are symbols. */
export function parsedUpTo(): usize {
  return at;
}

/** SYMBOLS has been filled anew, with `count` of them for the input before `end`. */
export function replaceSymbols(count: usize, end: usize): void {
  symbolCount = count;
  at = end;
}

/** Parses on until there are `count` symbols, or a few more, or `stop` is reached, or the input's end. */
export function parseUpTo(count: usize, stop: usize): void {
  let out = SYMBOLS + (symbolCount << 2);
  const outEnd = SYMBOLS + (count << 2);
  out = lazySteps == 0 ? parseGreedily(out, outEnd, min(stop, inputEnd)) : parseLazily(out, outEnd, min(stop, inputEnd));
  symbolCount = (out - SYMBOLS) >> 2;
}

function parseGreedily(out: usize, outEnd: usize, stop: usize): usize {
  let place = at;
  while (out < outEnd && place < stop) {
    let length = longestMatch(place, 3, attempts, nice);
    let distance = matchDistance;
    if (length < 4) {
      distance = withThree ? nearestThree(place) : 0;
      if (distance == 0 || distance > FAR_FOR_THREE) length = 1;
    }
    store<u32>(out, length == 1 ? literalSymbol(load<u8>(place)) : matchSymbol(length, distance));
    out += 4;
    place += length;
  }
  at = place;
  return out;
}

/** What a match is worth against another: a byte of length stands against four bits of distance. */
function worth(length: usize, distance: usize): i32 {
  return <i32>(length << 2) - <i32>(31 - clz(<u32>distance));
}

function parseLazily(out: usize, outEnd: usize, stop: usize): usize {
  let place = at;
  while (out < outEnd && place < stop) {
    let length = longestMatch(place, 3, attempts, nice);
    let distance = matchDistance;
    if (length < 4) {
      distance = nearestThree(place);
      if (distance == 0 || distance > FAR_FOR_THREE) {
        store<u32>(out, literalSymbol(load<u8>(place)));
        out += 4;
        place++;
        continue;
      }
    }
    while (length < nice) {
      const least = max(3, length - 1);
      const found = longestMatch(place + 1, least, attempts >> 1, nice);
      if (found > least && worth(found, matchDistance) > worth(length, distance) + 2) {
        store<u32>(out, literalSymbol(load<u8>(place)));
        out += 4;
        place++;
        length = found;
        distance = matchDistance;
        continue;
      }
      if (lazySteps < 2) break;
      const later = longestMatch(place + 2, least, attempts >> 2, nice);
      if (later <= least || worth(later, matchDistance) <= worth(length, distance) + 6) break;
      store<u32>(out, literalSymbol(load<u8>(place)));
      store<u32>(out, literalSymbol(load<u8>(place + 1)), 4);
      out += 8;
      place += 2;
      length = later;
      distance = matchDistance;
    }
    store<u32>(out, matchSymbol(length, distance));
    out += 4;
    place += length;
  }
  at = place;
  return out;
}
