// Literals: a tree for each context of high bits of the byte before and low bits of the position. After a match, the
// byte that its distance would go on with is a guess, and the tree has variants by what it foretells.

import { priceOfBit, treePrice } from "./bit-prices";
import { LITERALS, LITERAL_SIZE } from "./memory-plan";
import { encodeGuessed, encodeTree } from "./range-coder";
import { isAfterLiteral } from "./states";

let contextBits: u32 = 0;
let positionMask: u32 = 0;

/** `lc` bits of the byte before and `lp` of the position. */
export function setLiteralContexts(lc: u32, lp: u32): void {
  contextBits = lc;
  positionMask = (1 << lp) - 1;
}

// @ts-ignore: decorator
@inline
function treeOf(position: u32, previous: u32): usize {
  const context = ((position & positionMask) << contextBits) + (previous >> (8 - contextBits));
  return LITERALS + <usize>context * LITERAL_SIZE;
}

export function encodeLiteral(state: u32, position: u32, previous: u32, byte: u32, guess: u32): void {
  const tree = treeOf(position, previous);
  if (isAfterLiteral(state)) encodeTree(tree, 8, byte);
  else encodeGuessed(tree, byte, guess);
}

export function literalPrice(state: u32, position: u32, previous: u32, byte: u32, guess: u32): u32 {
  const tree = treeOf(position, previous);
  return isAfterLiteral(state) ? treePrice(tree, byte | 0x100) : guessedPrice(tree, byte, guess);
}

export function guessedLiteralPrice(position: u32, previous: u32, byte: u32, guess: u32): u32 {
  return guessedPrice(treeOf(position, previous), byte, guess);
}

function guessedPrice(tree: usize, byte: u32, guess: u32): u32 {
  let price: u32 = 0;
  let node: u32 = 1;
  let half: u32 = 0x100;
  for (let shift: i32 = 7; shift >= 0; shift--) {
    guess <<= 1;
    const foretold = guess & half;
    const bit = (byte >> shift) & 1;
    price += priceOfBit(tree + ((half + foretold + node) << 1), bit);
    node = (node << 1) + bit;
    half &= ~(foretold ^ (0 - bit));
  }
  return price;
}
