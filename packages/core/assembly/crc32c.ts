// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), 16 bytes a step with 16 tables.

import { crcTables } from "./layout";

const POLYNOMIAL: u32 = 0x82f63b78;

let areTablesReady = false;

/** The raw CRC state after `len` bytes more; start with 0xffffffff. EROFS stores it as it is, not inverted. */
export function crc32c(ptr: usize, len: usize, state: u32): u32 {
  const tables = crcTables();
  if (!areTablesReady) fillTables(tables);
  const end = ptr + len;
  for (; end - ptr >= 16; ptr += 16) {
    const a = load<u32>(ptr) ^ state;
    const b = load<u32>(ptr, 4);
    const c = load<u32>(ptr, 8);
    const d = load<u32>(ptr, 12);
    state =
      ahead(tables, 15, a) ^ ahead(tables, 14, a >> 8) ^ ahead(tables, 13, a >> 16) ^ ahead(tables, 12, a >> 24) ^
      ahead(tables, 11, b) ^ ahead(tables, 10, b >> 8) ^ ahead(tables, 9, b >> 16) ^ ahead(tables, 8, b >> 24) ^
      ahead(tables, 7, c) ^ ahead(tables, 6, c >> 8) ^ ahead(tables, 5, c >> 16) ^ ahead(tables, 4, c >> 24) ^
      ahead(tables, 3, d) ^ ahead(tables, 2, d >> 8) ^ ahead(tables, 1, d >> 16) ^ ahead(tables, 0, d >> 24);
  }
  for (; ptr < end; ptr++) state = (state >> 8) ^ ahead(tables, 0, state ^ load<u8>(ptr));
  return state;
}

/** What a low byte contributes once `distance` bytes more have gone through. */
function ahead(tables: usize, distance: usize, byte: u32): u32 {
  return load<u32>(tables + (distance << 10) + (<usize>(byte & 255) << 2));
}

function fillTables(tables: usize): void {
  for (let i: u32 = 0; i < 256; i++) {
    let c = i;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >> 1) ^ POLYNOMIAL : c >> 1;
    store<u32>(tables + (<usize>i << 2), c);
  }
  for (let i: usize = 256; i < 16 * 256; i++) {
    const previous = load<u32>(tables + ((i - 256) << 2));
    store<u32>(tables + (i << 2), (previous >> 8) ^ ahead(tables, 0, previous));
  }
  areTablesReady = true;
}
