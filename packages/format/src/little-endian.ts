/*
 * Loads and stores at byte offsets. By hand rather than through a DataView, because most structures are a few
 * bytes long and a view of its own for each would cost more than the loads. The caller has checked the bounds.
 */

export function load16(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! | (bytes[offset + 1]! << 8);
}

/** Unsigned 32 bits. */
export function load32(bytes: Uint8Array, offset: number): number {
  return (
    (bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24)) >>>
    0
  );
}

/** Unsigned 64 bits. Exact up to 2^53; above it is rounded, so callers compare with `Number.MAX_SAFE_INTEGER`. */
export function load64(bytes: Uint8Array, offset: number): number {
  return load32(bytes, offset + 4) * 0x1_0000_0000 + load32(bytes, offset);
}

/** Two's complement 64 bits, exact between -2^53 and 2^53. */
export function loadSigned64(bytes: Uint8Array, offset: number): number {
  return (load32(bytes, offset + 4) | 0) * 0x1_0000_0000 + load32(bytes, offset);
}

export function store16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
}

export function store32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
  bytes[offset + 2] = value >>> 16;
  bytes[offset + 3] = value >>> 24;
}

/** 64 bits from a safe integer, negative ones in two's complement. */
export function store64(bytes: Uint8Array, offset: number, value: number): void {
  store32(bytes, offset, value);
  store32(bytes, offset + 4, Math.floor(value / 0x1_0000_0000));
}

/** The next multiple of `unit` at or above `value`; exact for any safe integers. */
export function alignUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
