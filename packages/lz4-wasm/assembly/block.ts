// The LZ4 block format: sequences of a token, literals, and a match.
// End rules: the last 5 bytes are literals; the last match starts at least 12 bytes before the end.

export const MIN_MATCH: usize = 4;
export const LAST_LITERALS: usize = 5;
export const LAST_MATCH_MARGIN: usize = 12;

/** Room that any sequence has to leave: a token and the 8 literals that follow the shortest match. */
export const CLOSING_ROOM: usize = 1 + LAST_MATCH_MARGIN - MIN_MATCH;

/** Bytes by which a length is extended that no longer fits its half of the token. */
export function extensionSize(length: usize): usize {
  return length < 15 ? 0 : (length - 15) / 255 + 1;
}

/** The most literals that fit `room` bytes together with their token. */
export function literalsThatFit(room: usize): usize {
  if (room < 17) return room == 0 ? 0 : min(room - 1, 14);
  // 15 + k literals take 1 + floor(k / 255) extension bytes
  const spare = room - 17;
  return 15 + spare - ((spare + 1) >> 8);
}

/** The longest match up to `length` that fits `room` bytes in a sequence without literals and can be closed; 0: none. */
export function matchThatFits(length: usize, room: usize): usize {
  const closed: usize = 3 + 1 + LAST_LITERALS;
  if (room < closed) return 0;
  const kept = min(length, 18 + 255 * (room - closed));
  // a short match needs more than five literals behind it
  return kept + room < 3 + 1 + LAST_MATCH_MARGIN ? 0 : kept;
}

/** Writes what a length has beyond the token's 15. */
export function putExtension(out: usize, rest: usize): usize {
  for (; rest >= 255; rest -= 255) store<u8>(out++, 255);
  store<u8>(out, <u8>rest);
  return out + 1;
}

/** Copies in steps of 16 bytes: may write up to 15 bytes more. */
export function copyLiterals(out: usize, from: usize, length: usize): void {
  v128.store(out, v128.load(from));
  if (length > 16) {
    const end = out + length;
    do {
      out += 16;
      from += 16;
      v128.store(out, v128.load(from));
    } while (out + 16 < end);
  }
}

/** Writes a sequence. Returns where the next one goes. */
export function putSequence(out: usize, literals: usize, literalCount: usize, distance: usize, matchLength: usize): usize {
  const tokenAt = out++;
  const rest = matchLength - MIN_MATCH;
  store<u8>(tokenAt, <u8>((min<usize>(literalCount, 15) << 4) | min<usize>(rest, 15)));
  if (literalCount >= 15) out = putExtension(out, literalCount - 15);
  copyLiterals(out, literals, literalCount);
  out += literalCount;
  store<u16>(out, <u16>distance);
  out += 2;
  if (rest >= 15) out = putExtension(out, rest - 15);
  return out;
}

/** Writes the closing literals. Returns the block's end. */
export function putLastLiterals(out: usize, literals: usize, count: usize): usize {
  store<u8>(out++, <u8>(min<usize>(count, 15) << 4));
  if (count >= 15) out = putExtension(out, count - 15);
  copyLiterals(out, literals, count);
  return out + count;
}

/** Length of the common run at `a` and `b` (`b` before `a`), where `a` stays before `limit`. */
export function commonLength(a: usize, b: usize, limit: usize): usize {
  const start = a;
  while (a + 8 <= limit) {
    const difference = load<u64>(a) ^ load<u64>(b);
    if (difference != 0) return a - start + <usize>(ctz(difference) >> 3);
    a += 8;
    b += 8;
  }
  while (a < limit && load<u8>(a) == load<u8>(b)) {
    a++;
    b++;
  }
  return a - start;
}
