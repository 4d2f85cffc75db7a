// What a decoder returns instead of a length.

/** The input is not a stream of this output length. */
export const CORRUPT = -1;
/** Input and output overlap, and the output would overwrite input that is still to be read. */
export const OVERLAP = -2;
