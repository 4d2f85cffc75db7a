// xxHash32. The four lanes are scalar on purpose: their chains overlap, while a vector's multiplication takes
// several times as long to give its result.

const P1: u32 = 2654435761;
const P2: u32 = 2246822519;
const P3: u32 = 3266489917;
const P4: u32 = 668265263;
const P5: u32 = 374761393;

/** xxHash32 of `len` bytes. */
export function xxh32(ptr: usize, len: usize, seed: u32): u32 {
  const end = ptr + len;
  let hash: u32;
  if (len >= 16) {
    let v1 = seed + P1 + P2;
    let v2 = seed + P2;
    let v3 = seed;
    let v4 = seed - P1;
    do {
      v1 = round(v1, load<u32>(ptr));
      v2 = round(v2, load<u32>(ptr, 4));
      v3 = round(v3, load<u32>(ptr, 8));
      v4 = round(v4, load<u32>(ptr, 12));
      ptr += 16;
    } while (end - ptr >= 16);
    hash = rotl<u32>(v1, 1) + rotl<u32>(v2, 7) + rotl<u32>(v3, 12) + rotl<u32>(v4, 18);
  } else {
    hash = seed + P5;
  }
  hash += <u32>len;
  for (; end - ptr >= 4; ptr += 4) hash = rotl<u32>(hash + load<u32>(ptr) * P3, 17) * P4;
  for (; ptr < end; ptr++) hash = rotl<u32>(hash + <u32>load<u8>(ptr) * P5, 11) * P1;
  hash = (hash ^ (hash >> 15)) * P2;
  hash = (hash ^ (hash >> 13)) * P3;
  return hash ^ (hash >> 16);
}

function round(lane: u32, word: u32): u32 {
  return rotl<u32>(lane + word * P2, 13) * P1;
}
