// Bytes of known nature for files, the same in every run.

/**
 * Bytes that no codec can shrink.
 *
 * @param {number} size
 * @param {number} seed
 */
export function incompressible(size, seed) {
  const bytes = Buffer.alloc(size);
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  for (let i = 0; i < size; i++) {
    // xorshift32 (Marsaglia)
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state >>> 11;
  }
  return bytes;
}

/**
 * Text of numbered lines, which LZ4 shrinks to a third or so.
 *
 * @param {number} size
 * @param {number} seed
 */
export function compressible(size, seed) {
  const lines = [];
  for (let i = 0, length = 0; length < size; i++) {
    const line = `line ${i * seed + i} of a text that repeats itself with small changes, ${(i * 7919) % 1013}\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join("").slice(0, size));
}
