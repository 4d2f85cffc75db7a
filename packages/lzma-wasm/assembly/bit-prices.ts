// What a modelled bit costs, in sixteenths of a bit, by its probability.

import { BIT_PRICES } from "./memory-plan";
import { MODEL_BITS, PROBABILITY_ONE } from "./range-coder";

/** log2 of how many probabilities share a price. */
const PRICE_STEP_BITS: u32 = 4;
/** log2 of prices per bit. */
export const PRICE_BITS: u32 = 4;
/** Dearer than any way through a stretch. */
export const UNREACHED: u32 = 1 << 30;

/** Fills the table with -log2 of the middle of each step: the integer part of 16 times the logarithm by squaring. */
export function fillBitPrices(): void {
  for (let step: u32 = 0; step < PROBABILITY_ONE >> PRICE_STEP_BITS; step++) {
    let value: u32 = (step << PRICE_STEP_BITS) + (1 << (PRICE_STEP_BITS - 1));
    let logarithm: u32 = 0;
    for (let round: u32 = 0; round < PRICE_BITS; round++) {
      value *= value;
      logarithm <<= 1;
      for (; value >= 1 << 16; value >>= 1) logarithm++;
    }
    store<u8>(step, <u8>((MODEL_BITS << PRICE_BITS) - 15 - logarithm), BIT_PRICES);
  }
}

// @ts-ignore: decorator
@inline
export function priceOf0(probability: usize): u32 {
  return load<u8>(<usize>(load<u16>(probability) >> PRICE_STEP_BITS), BIT_PRICES);
}

// @ts-ignore: decorator
@inline
export function priceOf1(probability: usize): u32 {
  return load<u8>(<usize>((load<u16>(probability) ^ (PROBABILITY_ONE - 1)) >> PRICE_STEP_BITS), BIT_PRICES);
}

// @ts-ignore: decorator
@inline
export function priceOfBit(probability: usize, bit: u32): u32 {
  const likelihood = <u32>load<u16>(probability) ^ ((0 - bit) & (PROBABILITY_ONE - 1));
  return load<u8>(<usize>(likelihood >> PRICE_STEP_BITS), BIT_PRICES);
}

/** Price of a leaf of a tree whose bits go from the highest down. `leaf` has a 1 in front. */
// @ts-ignore: decorator
@inline
export function treePrice(tree: usize, leaf: u32): u32 {
  let price: u32 = 0;
  do {
    const bit = leaf & 1;
    leaf >>= 1;
    price += priceOfBit(tree + (leaf << 1), bit);
  } while (leaf != 1);
  return price;
}

/** Price of a leaf of a tree of 1 << `bits` leaves, whose bits go from the lowest up. */
export function reverseTreePrice(tree: usize, bits: u32, leaf: u32): u32 {
  let price: u32 = 0;
  let node: u32 = 1;
  for (; bits != 0; bits--) {
    const bit = leaf & 1;
    leaf >>= 1;
    price += priceOfBit(tree + (node << 1), bit);
    node = (node << 1) + bit;
  }
  return price;
}

/**
 * Prices of a tree of 1 << `bits` leaves, from the root on: those of the first `leaves` leaves stand at
 * `prices` + 2 << `bits`, those of inner nodes before.
 */
export function fillTreePrices(prices: usize, tree: usize, bits: u32, leaves: u32, rootPrice: u32): void {
  store<u16>(prices, rootPrice, 2);
  for (let level: u32 = 0; level < bits; level++) {
    const first: u32 = 1 << level;
    const end = first + ((leaves - 1) >> (bits - level)) + 1;
    for (let node = first; node < end; node++) {
      const probability = tree + (node << 1);
      const price = <u32>load<u16>(prices + (node << 1));
      store<u32>(prices + (node << 2), (price + priceOf0(probability)) | ((price + priceOf1(probability)) << 16));
    }
  }
}
