import { Algorithm } from "../contract.ts";

/** How far back matches may reach by a configuration record, bytes; undefined where records do not say. */
export function promisedReach(algorithm: number, record: Uint8Array): number | undefined {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  switch (algorithm) {
    case Algorithm.lz4:
      // 0 stands for the most that the format has.
      return view.getUint16(0, true) || 65535;
    case Algorithm.lzma:
      return view.getUint32(0, true);
    case Algorithm.zstd:
      return 2 ** (view.getUint8(1) + 10);
    default:
      return undefined;
  }
}

/** The farthest match of a sound LZ4 block, bytes. Decoders take any: it is Linux that has no room for farther ones. */
export function farthestLz4Match(block: Uint8Array): number {
  let farthest = 0;
  let at = 0;
  const length = (nibble: number): number => {
    let total = nibble;
    if (nibble < 15) return total;
    let byte;
    do total += byte = block[at++] ?? 0;
    while (byte === 255);
    return total;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = length(token >> 4);
    at += literals;
    if (at + 2 > block.length) break;
    farthest = Math.max(farthest, block[at]! | (block[at + 1]! << 8));
    at += 2;
    length(token & 15);
  }
  return farthest;
}
