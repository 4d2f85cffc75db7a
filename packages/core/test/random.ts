/** A seeded generator (mulberry32): whole numbers from 0 up to, not including, `limit`. */
export function randomIntegers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * limit);
  };
}

/** Bytes that compress: words of a small vocabulary, runs of one byte, and noise. */
export function compressibleBytes(length: number, seed: number): Uint8Array {
  const random = randomIntegers(seed);
  const words = Array.from({ length: 60 }, () => Array.from({ length: 1 + random(24) }, () => random(256)));
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const kind = random(40);
    const piece =
      kind === 0
        ? Array.from<number>({ length: random(500) }).fill(random(256))
        : kind === 1
          ? Array.from({ length: random(400) }, () => random(256))
          : words[random(words.length)]!;
    for (const byte of piece) bytes[at++] = byte;
  }
  return bytes;
}
