const table = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let c = i;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  table[i] = c;
}

/**
 * CRC-32C in plain JavaScript, for input too short to be worth the way into WebAssembly's memory.
 * Returns the raw state, unsigned and not inverted, as the superblock stores it.
 */
export function crc32c(bytes: Uint8Array, state = 0xffffffff): number {
  let crc = state | 0;
  for (const byte of bytes) crc = table[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return crc >>> 0;
}
