// Decoding of Huffman streams, which are read backwards. A stream's bits stand at the top of a u64, above a
// single 1 that tells how far they have been shifted out, so that `ctz` gives the bits taken. Refilling loads
// the eight bytes at an address that only falls. It may fall eight bytes below the stream, since more than
// that (a frame's and a block's header) stand in front of it in the input; more is damage.

import { CORRUPT } from "../fault";
import { huffmanTable } from "./memory";

/** Codes that can be taken between two refills: 5 of 11 bits, after the up to 8 that a refill leaves taken. */
const ROUNDS = 5;
/** A refill moves the address by at most so much. */
const STEP = 7;

// @ts-ignore: decorator
@inline function firstBits(end: usize): u64 {
  return (load<u64>(end - 8) | 1) << <u64>(clz(<u32>load<u8>(end - 1)) - 23);
}

// @ts-ignore: decorator
@inline function refilled(at: usize, taken: u64): u64 {
  return (load<u64>(at) | 1) << (taken & 7);
}

/** Decodes one stream into exactly [to, to + length). Returns 0 or CORRUPT. */
export function decodeOneStream(start: usize, end: usize, to: usize, length: usize): i32 {
  if (load<u8>(end - 1) == 0) return CORRUPT;
  return finishStream(firstBits(end), end - 8, start, to, to + length);
}

/** Decodes four streams into [to, to + length), 6 bytes at least. Returns 0 or CORRUPT. */
export function decodeFourStreams(start: usize, end: usize, to: usize, length: usize): i32 {
  if (end - start < 10) return CORRUPT;
  const startA = start + 6;
  const startB = startA + load<u16>(start);
  const startC = startB + load<u16>(start, 2);
  const startD = startC + load<u16>(start, 4);
  if (startA >= startB || startB >= startC || startC >= startD || startD >= end) return CORRUPT;
  if (load<u8>(startB - 1) == 0 || load<u8>(startC - 1) == 0) return CORRUPT;
  if (load<u8>(startD - 1) == 0 || load<u8>(end - 1) == 0) return CORRUPT;
  const quarter = (length + 3) >> 2;
  if (quarter * 3 > length) return CORRUPT;

  let bitsA = firstBits(startB);
  let bitsB = firstBits(startC);
  let bitsC = firstBits(startD);
  let bitsD = firstBits(end);
  let atA = startB - 8;
  let atB = startC - 8;
  let atC = startD - 8;
  let atD = end - 8;
  const table = huffmanTable();
  // All advance alike; the last stream has up to three bytes less.
  let done: usize = 0;
  const whole = length - 3 * quarter;
  while (true) {
    const input = min(
      min(<i32>(atA - startA), <i32>(atB - startB)),
      min(<i32>(atC - startC), <i32>(atD - startD)),
    );
    if (input < STEP) break;
    let steps = min(<u32>input / STEP, <u32>(whole - done) / ROUNDS);
    if (steps == 0) break;
    let toA = to + done;
    done += steps * ROUNDS;
    do {
      for (let round = ROUNDS; round != 0; round--) {
        const a = <u32>load<u16>(table + (<usize>(bitsA >>> 53) << 1));
        const b = <u32>load<u16>(table + (<usize>(bitsB >>> 53) << 1));
        const c = <u32>load<u16>(table + (<usize>(bitsC >>> 53) << 1));
        const d = <u32>load<u16>(table + (<usize>(bitsD >>> 53) << 1));
        bitsA <<= <u64>a;
        bitsB <<= <u64>b;
        bitsC <<= <u64>c;
        bitsD <<= <u64>d;
        store<u8>(toA, a >>> 8);
        store<u8>(toA + quarter, b >>> 8);
        store<u8>(toA + 2 * quarter, c >>> 8);
        store<u8>(toA + 3 * quarter, d >>> 8);
        toA++;
      }
      const takenA = ctz(bitsA);
      const takenB = ctz(bitsB);
      const takenC = ctz(bitsC);
      const takenD = ctz(bitsD);
      atA -= <usize>(takenA >>> 3);
      atB -= <usize>(takenB >>> 3);
      atC -= <usize>(takenC >>> 3);
      atD -= <usize>(takenD >>> 3);
      bitsA = refilled(atA, takenA);
      bitsB = refilled(atB, takenB);
      bitsC = refilled(atC, takenC);
      bitsD = refilled(atD, takenD);
    } while (--steps != 0);
  }
  const toB = to + quarter;
  const toC = toB + quarter;
  const toD = toC + quarter;
  if (finishStream(bitsA, atA, startA, to + done, toB) != 0) return CORRUPT;
  if (finishStream(bitsB, atB, startB, toB + done, toC) != 0) return CORRUPT;
  if (finishStream(bitsC, atC, startC, toC + done, toD) != 0) return CORRUPT;
  return finishStream(bitsD, atD, startD, toD + done, to + length);
}

/** Decodes to the end of a stream's output, where the stream must end too. */
function finishStream(bits: u64, at: usize, start: usize, to: usize, end: usize): i32 {
  const table = huffmanTable();
  const floor = start - 8;
  while (true) {
    const taken = ctz(bits);
    at -= <usize>(taken >>> 3);
    if (<i32>(at - floor) < 0) return CORRUPT;
    bits = refilled(at, taken);
    if (to == end) return ((at - floor) << 3) == <usize>(taken & 7) ? 0 : CORRUPT;
    let rounds = min(<usize>ROUNDS, end - to);
    do {
      const entry = <u32>load<u16>(table + (<usize>(bits >>> 53) << 1));
      bits <<= <u64>entry;
      store<u8>(to, entry >>> 8);
      to++;
    } while (--rounds != 0);
  }
}
