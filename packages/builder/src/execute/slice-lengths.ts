/** What the rolling hash adds for each byte. Other numbers would cut elsewhere, and make another image. */
const gear = gearTable();

function gearTable(): Int32Array {
  const table = new Int32Array(256);
  // Marsaglia's xorshift32, triple (13, 17, 5).
  let state = 0x9e3779b9 | 0;
  for (let i = 0; i < table.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    table[i] = state;
  }
  return table;
}

/** The last so many bytes decide whether a slice ends: older ones are shifted out. */
const windowSize = 32;

/**
 * Cuts bytes where their content says so: equal stretches are cut alike wherever they stand, but for the slices at
 * their ends. By a gear hash (Xia et al., "FastCDC", USENIX ATC 2016), with slices of a half to four times of
 * 2 ** `bits` bytes, the last one shorter.
 */
export function sliceLengths(bytes: Uint8Array, bits: number): number[] {
  const shortest = 2 ** (bits - 1);
  const longest = 2 ** (bits + 2);
  const mask = -1 << (32 - bits);
  const lengths: number[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = Math.min(start + longest, bytes.length);
    let at = Math.min(start + shortest, bytes.length);
    let hash = 0;
    for (let i = Math.max(start, at - windowSize); i < at; i++) hash = ((hash << 1) + gear[bytes[i]!]!) | 0;
    while (at < end) {
      hash = ((hash << 1) + gear[bytes[at++]!]!) | 0;
      if ((hash & mask) === 0) break;
    }
    lengths.push(at - start);
    start = at;
  }
  return lengths;
}
