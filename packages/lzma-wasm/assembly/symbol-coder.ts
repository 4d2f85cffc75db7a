// A symbol is a length and a "back": a literal, one of the last four distances, or a new distance.

import { beginDistances, encodeDistance, fillAlignPrices, fillDistancePrices } from "./distance-coder";
import { encodeLength, fillLengthPrices, setPricedLengths } from "./length-coder";
import { encodeLiteral, setLiteralContexts } from "./literal-coder";
import {
  FRESH_MODEL, IS_MATCH, IS_REP, IS_REP0, IS_REP0_LONG, IS_REP1, IS_REP2, MATCH_LENGTHS, MODEL, MODEL_END,
  REPS, REP_LENGTHS, STATE,
} from "./memory-plan";
import { PROBABILITY_ONE, encodeBit } from "./range-coder";
import { afterLiteral, afterMatch, afterRep, afterShortRep } from "./states";

/** Backs below are places in the list of the last distances, others new distances, less one, plus REP_COUNT. */
export const REP_COUNT: u32 = 4;
export const LITERAL: u32 = u32.MAX_VALUE;
/** The most that any symbol takes: 22 modelled bits of at most 6.05 bits each, 26 direct ones, and the rounding. */
export const SYMBOL_SIZE: usize = 22;

let positionMask: u32 = 0;

/** Says how the model is to be; `pricedLengths` is 0 for a parser that asks for no prices. */
export function configureModel(lc: u32, lp: u32, pb: u32, pricedLengths: u32): void {
  positionMask = (1 << pb) - 1;
  setLiteralContexts(lc, lp);
  setPricedLengths(pricedLengths);
  for (let at = MODEL; at < MODEL_END; at += 2) store<u16>(at, PROBABILITY_ONE / 2);
  if (pricedLengths != 0) {
    for (let positionState: usize = 0; positionState <= <usize>positionMask; positionState++) {
      fillLengthPrices(MATCH_LENGTHS, positionState);
      fillLengthPrices(REP_LENGTHS, positionState);
    }
    fillDistancePrices();
    fillAlignPrices();
  }
  memory.copy(FRESH_MODEL, MODEL, MODEL_END - MODEL);
}

export function resetModel(): void {
  memory.copy(MODEL, FRESH_MODEL, MODEL_END - MODEL);
  beginDistances();
  v128.store(REPS, i64x2.splat(0));
  store<u32>(STATE, 0);
}

// @ts-ignore: decorator
@inline
export function positionStateOf(position: u32): usize {
  return <usize>(position & positionMask);
}

/** Where the models by state and position state have theirs, less their own address. */
// @ts-ignore: decorator
@inline
export function stateOffset(state: u32, positionState: usize): usize {
  return ((<usize>state << 4) + positionState) << 1;
}

/** Encodes the symbol at `at`, `position` bytes into the cluster. */
export function encodeSymbol(at: usize, position: u32, length: usize, back: u32): void {
  const state = load<u32>(STATE);
  const positionState = positionStateOf(position);
  const both = stateOffset(state, positionState);
  if (back == LITERAL) {
    encodeBit(IS_MATCH + both, 0);
    const previous: u32 = position == 0 ? 0 : load<u8>(at - 1);
    // the guess is asked for after a match only
    const guess: u32 = position == 0 ? 0 : load<u8>(at - load<u32>(REPS) - 1);
    encodeLiteral(state, position, previous, load<u8>(at), guess);
    store<u32>(STATE, afterLiteral(state));
    return;
  }
  encodeBit(IS_MATCH + both, 1);
  const one = <usize>state << 1;
  if (back >= REP_COUNT) {
    encodeBit(IS_REP + one, 0);
    encodeLength(MATCH_LENGTHS, positionState, length);
    encodeDistance(back - REP_COUNT, length);
    v128.store(REPS, v128.shuffle<u32>(i32x4.splat(back - REP_COUNT), v128.load(REPS), 0, 4, 5, 6));
    store<u32>(STATE, afterMatch(state));
    return;
  }
  encodeBit(IS_REP + one, 1);
  if (back == 0) {
    encodeBit(IS_REP0 + one, 0);
    encodeBit(IS_REP0_LONG + both, u32(length != 1));
    if (length == 1) {
      store<u32>(STATE, afterShortRep(state));
      return;
    }
  } else {
    encodeBit(IS_REP0 + one, 1);
    encodeBit(IS_REP1 + one, u32(back != 1));
    if (back != 1) encodeBit(IS_REP2 + one, back - 2);
    v128.store(REPS, repsAfterRep(v128.load(REPS), back));
  }
  encodeLength(REP_LENGTHS, positionState, length);
  store<u32>(STATE, afterRep(state));
}

/** The last four distances when that of place `back` has been used again. */
export function repsAfterRep(reps: v128, back: u32): v128 {
  if (back == 0) return reps;
  if (back == 1) return v128.shuffle<u32>(reps, reps, 1, 0, 2, 3);
  return back == 2 ? v128.shuffle<u32>(reps, reps, 2, 0, 1, 3) : v128.shuffle<u32>(reps, reps, 3, 0, 1, 2);
}
