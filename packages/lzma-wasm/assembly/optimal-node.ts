// A node of the optimal parse is a place within the stretch: the cheapest way found to get there, by its last step.
// A step is a symbol; or a literal and a match at the latest distance; or any match and these two.

import { NODE_SIZE } from "./memory-plan";
import { LITERAL, REP_COUNT, repsAfterRep } from "./symbol-coder";
import { afterLiteral, afterMatch, afterRep, afterShortRep } from "./states";

/** From the stretch's beginning to here: u32. */
export const PRICE: usize = 0;
/** Of the step's last symbol: u32. */
export const BACK: usize = 4;
/** Length of the step's last symbol: u16. */
export const LENGTH: usize = 8;
/** Bytes of the symbols before it: u16. 0: there are none; 1: a literal; else a match and a literal. */
export const BEFORE: usize = 10;
/** Of the match before the literal: u32. */
export const BACK_BEFORE: usize = 12;
/** The last distances when one is here: v128. */
export const NODE_REPS: usize = 16;
/** u32 */
export const NODE_STATE: usize = 32;

// @ts-ignore: decorator
@inline
export function putStep(node: usize, price: u32, length: usize, back: u32): void {
  store<u64>(node, <u64>price | (<u64>back << 32), PRICE);
  store<u32>(node, <u32>length, LENGTH);
}

/** Offers a step of one symbol that ends at `node`. */
// @ts-ignore: decorator
@inline
export function offerStep(node: usize, price: u32, length: usize, back: u32): void {
  if (price < load<u32>(node, PRICE)) putStep(node, price, length, back);
}

/** Offers a step that ends at `node` with a match at the latest distance, behind `before` bytes. */
export function offerLongStep(node: usize, price: u32, length: usize, before: usize, backBefore: u32): void {
  if (price < load<u32>(node, PRICE)) {
    store<u32>(node, price, PRICE);
    store<u32>(node, 0, BACK);
    store<u64>(node, <u64>length | (<u64>before << 16) | (<u64>backBefore << 32), LENGTH);
  }
}

/** The node that the step to `node` comes from. */
// @ts-ignore: decorator
@inline
export function origin(node: usize): usize {
  return node - (<usize>load<u16>(node, LENGTH) + <usize>load<u16>(node, BEFORE)) * NODE_SIZE;
}

// @ts-ignore: decorator
@inline
function repsAfter(reps: v128, back: u32): v128 {
  return back < REP_COUNT
    ? repsAfterRep(reps, back)
    : v128.shuffle<u32>(i32x4.splat(back - REP_COUNT), reps, 0, 4, 5, 6);
}

/** Works out state and distances of a node whose cheapest way is final. */
export function settle(node: usize): void {
  const from = origin(node);
  let state = load<u32>(from, NODE_STATE);
  let reps = v128.load(from, NODE_REPS);
  const before = load<u16>(node, BEFORE);
  const back = load<u32>(node, BACK);
  if (before == 0) {
    if (back == LITERAL) {
      state = afterLiteral(state);
    } else if (load<u16>(node, LENGTH) == 1) {
      state = afterShortRep(state);
    } else {
      state = back < REP_COUNT ? afterRep(state) : afterMatch(state);
      reps = repsAfter(reps, back);
    }
  } else {
    if (before > 1) {
      const backBefore = load<u32>(node, BACK_BEFORE);
      state = backBefore < REP_COUNT ? afterRep(state) : afterMatch(state);
      reps = repsAfter(reps, backBefore);
    }
    state = afterRep(afterLiteral(state));
  }
  store<u32>(node, state, NODE_STATE);
  v128.store(node, reps, NODE_REPS);
}
