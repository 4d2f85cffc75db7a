/** A seeded generator of numbers in [0, 1): mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Bytes that do not compress. */
export function noise(length: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length }, () => random() * 256);
}

/** Text-like bytes that compress to about a third. */
export function prose(length: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const words = Array.from({ length: 200 }, () =>
    Array.from({ length: 2 + random() * 8 }, () => String.fromCharCode(97 + random() * 26)).join(""),
  );
  let text = "";
  while (text.length < length) text += `${words[Math.floor(random() ** 2 * words.length)]} `;
  return Buffer.from(text.slice(0, length), "latin1");
}
