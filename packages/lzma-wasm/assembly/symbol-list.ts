// The symbols that a parse has chosen, length and back, u32 each. They are put down from the last one to the first.

import { SYMBOLS_END } from "./memory-plan";

export const SYMBOL_ENTRY: usize = 8;

/** Puts a symbol before `list`. Returns the list's new beginning. */
export function putSymbol(list: usize, length: usize, back: u32): usize {
  store<u64>(list - SYMBOL_ENTRY, <u64>length | (<u64>back << 32));
  return list - SYMBOL_ENTRY;
}

/** A list of one symbol. */
export function singleSymbol(length: usize, back: u32): usize {
  return putSymbol(SYMBOLS_END, length, back);
}

// @ts-ignore: decorator
@inline
export function symbolLength(entry: usize): usize {
  return load<u32>(entry);
}

// @ts-ignore: decorator
@inline
export function symbolBack(entry: usize): u32 {
  return load<u32>(entry, 4);
}
