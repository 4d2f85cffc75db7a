// Lengths from 2 to 273: eight short ones and eight middle ones in trees by position, the others in one of 256.

import { fillTreePrices, priceOf0, priceOf1 } from "./bit-prices";
import {
  CHOICE, CHOICE2, HIGH_LENGTHS, LENGTH_COUNTDOWNS, LENGTH_PRICES, LENGTH_PRICES_SIZE, LOW_LENGTHS, MIDDLE_LENGTHS,
  TREE_PRICES,
} from "./memory-plan";
import { encodeBit, encodeTree } from "./range-coder";

export const MIN_LENGTH: usize = 2;
export const MAX_LENGTH: usize = 273;
const SHORT: u32 = 8;
const SHORT_BITS: u32 = 3;
const HIGH_BITS: u32 = 8;

/** Lengths that have a price; none: 0. */
let priced: u32 = 0;

export function setPricedLengths(count: u32): void {
  priced = count;
}

export function encodeLength(coder: usize, positionState: usize, length: usize): void {
  let symbol = <u32>(length - MIN_LENGTH);
  if (symbol < SHORT) {
    encodeBit(coder + CHOICE, 0);
    encodeTree(coder + LOW_LENGTHS + (positionState << 4), SHORT_BITS, symbol);
  } else {
    encodeBit(coder + CHOICE, 1);
    symbol -= SHORT;
    if (symbol < SHORT) {
      encodeBit(coder + CHOICE2, 0);
      encodeTree(coder + MIDDLE_LENGTHS + (positionState << 4), SHORT_BITS, symbol);
    } else {
      encodeBit(coder + CHOICE2, 1);
      encodeTree(coder + HIGH_LENGTHS, HIGH_BITS, symbol - SHORT);
    }
  }
  if (priced != 0) {
    const countdown = coder + LENGTH_COUNTDOWNS + (positionState << 2);
    const left = load<u32>(countdown) - 1;
    if (left == 0) fillLengthPrices(coder, positionState);
    else store<u32>(countdown, left);
  }
}

/** Works out the prices of the lengths; due again when so many lengths have been coded. */
export function fillLengthPrices(coder: usize, positionState: usize): void {
  store<u32>(coder + (positionState << 2), priced, LENGTH_COUNTDOWNS);
  const prices = coder + LENGTH_PRICES + positionState * LENGTH_PRICES_SIZE;
  const notLow = priceOf1(coder + CHOICE);
  fillTreePrices(TREE_PRICES, coder + LOW_LENGTHS + (positionState << 4), SHORT_BITS, SHORT, priceOf0(coder + CHOICE));
  v128.store(prices, v128.load(TREE_PRICES, 2 * SHORT));
  const middle = notLow + priceOf0(coder + CHOICE2);
  fillTreePrices(TREE_PRICES, coder + MIDDLE_LENGTHS + (positionState << 4), SHORT_BITS, SHORT, middle);
  v128.store(prices, v128.load(TREE_PRICES, 2 * SHORT), 2 * SHORT);
  if (priced <= 2 * SHORT) return;
  const high = priced - 2 * SHORT;
  fillTreePrices(TREE_PRICES, coder + HIGH_LENGTHS, HIGH_BITS, high, notLow + priceOf1(coder + CHOICE2));
  memory.copy(prices + 4 * SHORT, TREE_PRICES + (2 << HIGH_BITS), high << 1);
}

// @ts-ignore: decorator
@inline
export function lengthPrice(coder: usize, positionState: usize, length: usize): u32 {
  return load<u16>(coder + positionState * LENGTH_PRICES_SIZE + (length << 1), LENGTH_PRICES - 2 * MIN_LENGTH);
}
