// Distances, less one: a slot (twice the place of the highest bit, and the bit below) by the match's length, and the
// bits that remain. Those of slots 4 to 13 are modelled; of the others the lowest four are, the rest goes directly.

import { PRICE_BITS, fillTreePrices, reverseTreePrice } from "./bit-prices";
import {
  ALIGN_PRICES, DISTANCE_ALIGN, DISTANCE_PRICES, DISTANCE_SLOTS, DISTANCE_SPECIAL, SLOT_PRICES,
} from "./memory-plan";
import { encodeDirect, encodeReverseTree, encodeTree } from "./range-coder";

const SLOT_BITS: u32 = 6;
const FIRST_SPECIAL_SLOT: u32 = 4;
const FIRST_DIRECT_SLOT: u32 = 14;
/** Distances below have slots without direct bits. */
const SPECIAL_DISTANCES: u32 = 128;
const ALIGN_BITS: u32 = 4;
const ALIGN_MASK: u32 = 15;

/** Matches coded before the prices of distances are worked out anew. */
const PRICED_MATCHES: u32 = 128;
const PRICED_ALIGNS: u32 = 16;
let matchesCoded: u32 = 0;
let alignsCoded: u32 = 0;

// @ts-ignore: decorator
@inline
function slotOf(distance: u32): u32 {
  if (distance < 4) return distance;
  const highest = 31 - clz(distance);
  return (highest << 1) | ((distance >> (highest - 1)) & 1);
}

/** One of four models of the slot, by the match's length. */
// @ts-ignore: decorator
@inline
function lengthClass(length: usize): usize {
  return min<usize>(length - 2, 3);
}

export function encodeDistance(distance: u32, length: usize): void {
  const slot = slotOf(distance);
  encodeTree(DISTANCE_SLOTS + (lengthClass(length) << (SLOT_BITS + 1)), SLOT_BITS, slot);
  matchesCoded++;
  if (slot < FIRST_SPECIAL_SLOT) return;
  const bits = (slot >> 1) - 1;
  const smallest = (2 | (slot & 1)) << bits;
  const rest = distance - smallest;
  if (slot < FIRST_DIRECT_SLOT) {
    encodeReverseTree(DISTANCE_SPECIAL + ((smallest - slot - 1) << 1), bits, rest);
  } else {
    encodeDirect(rest >> ALIGN_BITS, bits - ALIGN_BITS);
    encodeReverseTree(DISTANCE_ALIGN, ALIGN_BITS, rest & ALIGN_MASK);
    alignsCoded++;
  }
}

// @ts-ignore: decorator
@inline
export function distancePrice(distance: u32, length: usize): u32 {
  const which = lengthClass(length) << 8;
  if (distance < SPECIAL_DISTANCES) return load<u16>(which + (distance << 1), DISTANCE_PRICES);
  return (
    <u32>load<u16>(which + (slotOf(distance) << 1), SLOT_PRICES + (2 << SLOT_BITS)) +
    <u32>load<u16>((distance & ALIGN_MASK) << 1, ALIGN_PRICES)
  );
}

/** The model is fresh, and so are the prices. */
export function beginDistances(): void {
  matchesCoded = 0;
  alignsCoded = 0;
}

/** Works out the prices that are due. */
export function refreshDistancePrices(): void {
  if (matchesCoded >= PRICED_MATCHES) fillDistancePrices();
  if (alignsCoded >= PRICED_ALIGNS) fillAlignPrices();
}

export function fillAlignPrices(): void {
  alignsCoded = 0;
  for (let low: u32 = 0; low <= ALIGN_MASK; low++) {
    store<u16>(low << 1, reverseTreePrice(DISTANCE_ALIGN, ALIGN_BITS, low), ALIGN_PRICES);
  }
}

export function fillDistancePrices(): void {
  matchesCoded = 0;
  for (let which: usize = 0; which < 4; which++) {
    const nodes = SLOT_PRICES + (which << 8);
    const slots = nodes + (2 << SLOT_BITS);
    fillTreePrices(nodes, DISTANCE_SLOTS + (which << 7), SLOT_BITS, 1 << SLOT_BITS, 0);
    for (let slot = FIRST_DIRECT_SLOT; slot < 1 << SLOT_BITS; slot++) {
      const direct = ((slot >> 1) - 1 - ALIGN_BITS) << PRICE_BITS;
      store<u16>(slots + (slot << 1), load<u16>(slots + (slot << 1)) + direct);
    }
    store<u64>(which << 8, load<u64>(slots), DISTANCE_PRICES);
  }
  for (let distance = FIRST_SPECIAL_SLOT; distance < SPECIAL_DISTANCES; distance++) {
    const slot = slotOf(distance);
    const bits = (slot >> 1) - 1;
    const smallest = (2 | (slot & 1)) << bits;
    const rest = reverseTreePrice(DISTANCE_SPECIAL + ((smallest - slot - 1) << 1), bits, distance - smallest);
    for (let which: usize = 0; which < 4; which++) {
      const ofSlot = load<u16>((which << 8) + (slot << 1), SLOT_PRICES + (2 << SLOT_BITS));
      store<u16>((which << 8) + (distance << 1), rest + ofSlot, DISTANCE_PRICES);
    }
  }
}
