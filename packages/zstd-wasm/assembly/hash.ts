// Hashes of the first bytes at a place, for the tables of the finders: by the golden ratio, as it spreads well.

const GOLDEN32: u32 = 0x9e3779b1;
const GOLDEN64: u64 = 0x9e3779b97f4a7c15;

/** Of four bytes, `log` bits. */
// @ts-ignore: decorator
@inline
export function hash4(bytes: u32, log: u32): usize {
  return <usize>((bytes * GOLDEN32) >> (32 - log));
}

/** Of five bytes, `log` bits. Reads eight. */
// @ts-ignore: decorator
@inline
export function hash5(bytes: u64, log: u32): usize {
  return <usize>(((bytes << 24) * GOLDEN64) >> (64 - <u64>log));
}

/** Of eight bytes, `log` bits. */
// @ts-ignore: decorator
@inline
export function hash8(bytes: u64, log: u32): usize {
  return <usize>((bytes * GOLDEN64) >> (64 - <u64>log));
}

/** log2, at most `most`, of the entries that suit an input of `size` bytes: a small table stays in the cache. */
export function tableLogFor(size: usize, most: u32): u32 {
  return min(most, max(10, 32 - clz(<u32>size)));
}
