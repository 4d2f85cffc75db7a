// Where the decoder's tables are, within the place that all decoders share, and what its parts return.

import { decoderTables } from "../layout";

/** No block, and no block's literals, are longer. */
export const MAX_BLOCK: usize = 128 * 1024;
/** How far whole vectors read or write past the end of a run. */
export const SLACK: usize = 32;

// Each row is the place before, and its size.
// @ts-ignore: decorator
@inline export function literalBuffer(): usize { return decoderTables(); }
// @ts-ignore: decorator
@inline export function huffmanTable(): usize { return literalBuffer() + MAX_BLOCK + 64; }
// @ts-ignore: decorator
@inline export function literalLengthTable(): usize { return huffmanTable() + 2048 * 2; }
// @ts-ignore: decorator
@inline export function matchLengthTable(): usize { return literalLengthTable() + 512 * 8; }
// @ts-ignore: decorator
@inline export function offsetTable(): usize { return matchLengthTable() + 512 * 8; }
// @ts-ignore: decorator
@inline export function weightTable(): usize { return offsetTable() + 256 * 8; }
// @ts-ignore: decorator
@inline export function weights(): usize { return weightTable() + 64 * 8; }
// @ts-ignore: decorator
@inline export function counts(): usize { return weights() + 256; }
// @ts-ignore: decorator
@inline export function nextRanks(): usize { return counts() + 256 * 2; }
// @ts-ignore: decorator
@inline export function spreadSymbols(): usize { return nextRanks() + 256 * 2; }
