// Bits go to the output from the lowest one up. Writes reach up to 8 bytes beyond what is produced.

let outputStart: usize = 0;
let out: usize = 0;
let pending: u64 = 0;
let pendingBits: u64 = 0;
let capacityBits: usize = 0;

export function beginOutput(start: usize, capacity: usize): void {
  outputStart = start;
  out = start;
  pending = 0;
  pendingBits = 0;
  capacityBits = capacity << 3;
}

/** Up to 32 bits; `value` has no others. */
export function putBits(value: u32, count: u32): void {
  pending |= <u64>value << pendingBits;
  pendingBits += count;
  store<u64>(out, pending);
  const bytes = pendingBits >> 3;
  out += <usize>bytes;
  pending >>= bytes << 3;
  pendingBits &= 7;
}

/** The bits written so far. */
function bitsWritten(): usize {
  return ((out - outputStart) << 3) + <usize>pendingBits;
}

/** The bits that can still be written. */
export function bitsLeft(): usize {
  return capacityBits - bitsWritten();
}

/** Bits up to the next whole byte after `ahead` more. */
export function bitsToByte(ahead: usize): usize {
  return -(bitsWritten() + ahead) & 7;
}

/** The bytes written, the begun one too. */
export function bytesWritten(): usize {
  return (bitsWritten() + 7) >> 3;
}

/** At a whole byte only. */
export function putBytes(from: usize, count: usize): void {
  memory.copy(out, from, count);
  out += count;
}

// For loops that keep the state in variables of their own.

export function takeOut(): usize {
  return out;
}

export function takePending(): u64 {
  return pending;
}

export function takePendingBits(): u64 {
  return pendingBits;
}

export function giveBack(position: usize, bits: u64, count: u64): void {
  out = position;
  pending = bits;
  pendingBits = count;
}
