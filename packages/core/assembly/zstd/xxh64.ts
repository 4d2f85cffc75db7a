// xxHash64, the checksum of a frame's content.

const PRIME_1: u64 = 0x9e3779b185ebca87;
const PRIME_2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME_3: u64 = 0x165667b19e3779f9;
const PRIME_4: u64 = 0x85ebca77c2b2ae63;
const PRIME_5: u64 = 0x27d4eb2f165667c5;

// @ts-ignore: decorator
@inline function round(lane: u64, input: u64): u64 {
  return rotl(lane + input * PRIME_2, 31) * PRIME_1;
}

export function xxh64(start: usize, length: usize, seed: u64): u64 {
  const end = start + length;
  let at = start;
  let hash: u64;
  if (length >= 32) {
    let a = seed + PRIME_1 + PRIME_2;
    let b = seed + PRIME_2;
    let c = seed;
    let d = seed - PRIME_1;
    do {
      a = round(a, load<u64>(at));
      b = round(b, load<u64>(at, 8));
      c = round(c, load<u64>(at, 16));
      d = round(d, load<u64>(at, 24));
      at += 32;
    } while (end - at >= 32);
    hash = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
    hash = (hash ^ round(0, a)) * PRIME_1 + PRIME_4;
    hash = (hash ^ round(0, b)) * PRIME_1 + PRIME_4;
    hash = (hash ^ round(0, c)) * PRIME_1 + PRIME_4;
    hash = (hash ^ round(0, d)) * PRIME_1 + PRIME_4;
  } else {
    hash = seed + PRIME_5;
  }
  hash += <u64>length;
  for (; end - at >= 8; at += 8) hash = rotl(hash ^ round(0, load<u64>(at)), 27) * PRIME_1 + PRIME_4;
  if (end - at >= 4) {
    hash = rotl(hash ^ (<u64>load<u32>(at) * PRIME_1), 23) * PRIME_2 + PRIME_3;
    at += 4;
  }
  for (; at < end; at++) hash = rotl(hash ^ (<u64>load<u8>(at) * PRIME_5), 11) * PRIME_1;
  hash = (hash ^ (hash >>> 33)) * PRIME_2;
  hash = (hash ^ (hash >>> 29)) * PRIME_3;
  return hash ^ (hash >>> 32);
}
