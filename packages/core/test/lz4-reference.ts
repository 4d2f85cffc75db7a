// The LZ4 block format as its description says it, byte by byte.

/** A run of literals, then a match; the last sequence of a block has no match. */
export interface Sequence {
  readonly literals: Uint8Array;
  readonly offset: number;
  /** 4 or more. */
  readonly matchLength: number;
}

function lengthBytes(length: number): number[] {
  const bytes: number[] = [];
  for (let rest = length - 15; rest >= 0; rest -= 255) bytes.push(Math.min(rest, 255));
  return bytes;
}

/** The block of these sequences and closing literals. */
export function encodeSequences(sequences: readonly Sequence[], closing: Uint8Array): Uint8Array {
  const block: number[] = [];
  for (const { literals, offset, matchLength } of sequences) {
    block.push((Math.min(literals.length, 15) << 4) | Math.min(matchLength - 4, 15));
    block.push(...lengthBytes(literals.length), ...literals, offset & 255, offset >> 8);
    block.push(...lengthBytes(matchLength - 4));
  }
  block.push(Math.min(closing.length, 15) << 4, ...lengthBytes(closing.length), ...closing);
  return Uint8Array.from(block);
}

/** What the sequences stand for. */
export function expandSequences(sequences: readonly Sequence[], closing: Uint8Array): Uint8Array {
  const bytes: number[] = [];
  for (const { literals, offset, matchLength } of sequences) {
    bytes.push(...literals);
    for (let i = 0; i < matchLength; i++) bytes.push(bytes[bytes.length - offset]!);
  }
  bytes.push(...closing);
  return Uint8Array.from(bytes);
}

/** Decodes a block, or says that it is none: undefined. `partial` stops at `length` bytes. */
export function decodeReference(block: Uint8Array, length: number, partial: boolean): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  let ip = 0;
  let op = 0;
  const extended = (nibble: number): number => {
    if (nibble < 15) return nibble;
    let total = nibble;
    for (;;) {
      const more = block[ip++];
      if (more === undefined) return Infinity;
      total += more;
      if (more < 255) return total;
    }
  };
  if (partial && length === 0) return bytes;
  for (;;) {
    const token = block[ip++];
    if (token === undefined) return undefined;
    let literals = extended(token >> 4);
    if (literals > length - op) {
      if (!partial || literals === Infinity) return undefined;
      literals = length - op;
    }
    if (literals > block.length - ip) return undefined;
    for (let i = 0; i < literals; i++) bytes[op++] = block[ip++]!;
    if (partial && op === length) return bytes;
    if (ip === block.length) return op === length ? bytes : undefined;
    if (block.length - ip < 2) return undefined;
    const offset = block[ip]! | (block[ip + 1]! << 8);
    ip += 2;
    if (offset === 0 || offset > op) return undefined;
    let match = extended(token & 15) + 4;
    if (match > length - op) {
      if (!partial || match === Infinity) return undefined;
      match = length - op;
    }
    for (let i = 0; i < match; i++, op++) bytes[op] = bytes[op - offset]!;
    if (partial && op === length) return bytes;
  }
}
