/** Inputs of the conformance kit: made by code, the same on every run. */

/** A small generator of pseudo-random u32 (xorshift32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

export function randomBytes(length: number, seed: number): Uint8Array {
  const next = seededRandom(seed);
  return Uint8Array.from({ length }, () => next() >>> 24);
}

const WORDS =
  "the inode of a directory block holds names and offsets in order extent cluster static int return".split(
    " ",
  );

/** Words of a small vocabulary, spaces and line ends: compresses to less than half. */
export function textBytes(length: number, seed: number): Uint8Array {
  const next = seededRandom(seed);
  let text = "";
  while (text.length < length)
    text += `${WORDS[next() % WORDS.length]}${next() % 9 === 0 ? `(${next() % 1000});\n` : " "}`;
  return Uint8Array.from({ length }, (_, index) => text.charCodeAt(index));
}

/** Runs of one byte of very different lengths, with a few random bytes in between. */
export function runBytes(length: number, seed: number): Uint8Array {
  const next = seededRandom(seed);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const end = Math.min(length, at + (next() % 2 ** (1 + (next() % 14))));
    bytes.fill(next() >>> 24, at, end);
    for (at = end; at < Math.min(length, end + (next() % 4)); at++) bytes[at] = next() >>> 24;
  }
  return bytes;
}

/** Stretches of text, noise, runs and earlier bytes: what a file tree looks like to an encoder. */
export function mixedBytes(length: number, seed: number): Uint8Array {
  const next = seededRandom(seed);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const size = Math.min(length - at, 1 + (next() % 20_000));
    const kind = next() % 4;
    if (kind === 0 && at > size) {
      const from = next() % (at - size);
      bytes.copyWithin(at, from, from + size);
    } else {
      bytes.set((kind === 1 ? randomBytes : kind === 2 ? runBytes : textBytes)(size, next()), at);
    }
    at += size;
  }
  return bytes;
}

/** The kit's inputs by name. `size` is about that of the long ones. */
export function conformanceInputs(size: number): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ["no bytes", new Uint8Array(0)],
    ["one byte", Uint8Array.of(0)],
    ["twelve bytes", new Uint8Array(12).fill(7)],
    ["thirteen bytes", new Uint8Array(13).fill(7)],
    ["zeros", new Uint8Array(size * 4)],
    ["noise", randomBytes(size, 1)],
    ["text", textBytes(size, 2)],
    ["runs", runBytes(size, 3)],
    ["mixed", mixedBytes(size, 4)],
  ]);
}
