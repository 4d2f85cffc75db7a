// The sequences section's header: how many they are, and the three tables to decode them by (RFC 8878,
// 3.1.1.3.2.1).

import { CORRUPT } from "../fault";
import { accuracyLog, buildTable, readDistribution, symbolCount } from "./fse";
import { counts, literalLengthTable, matchLengthTable, offsetTable } from "./memory";

const LITERAL_LENGTH_BASES = memory.data<u32>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40,
  48, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536,
]);
const LITERAL_LENGTH_WIDTHS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
const MATCH_LENGTH_BASES = memory.data<u32>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
  33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539,
]);
const MATCH_LENGTH_WIDTHS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
// Codes 0 and 1 say which of the recent offsets, or one less than the first; the others are offsets.
const OFFSET_BASES = memory.data<u32>([
  0, 1, 1, 5, 13, 29, 61, 125, 253, 509, 1021, 2045, 4093, 8189, 16381, 32765, 65533, 131069, 262141, 524285,
  1048573, 2097149, 4194301, 8388605, 16777213, 33554429, 67108861, 134217725, 268435453, 536870909, 1073741821,
  2147483645,
]);
const OFFSET_WIDTHS = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
]);
const LITERAL_LENGTH_COUNTS = memory.data<i16>([
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
]);
const MATCH_LENGTH_COUNTS = memory.data<i16>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
]);
const OFFSET_COUNTS = memory.data<i16>([
  1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
]);

/** How many sequences the header announces. */
export let sequenceCount: u32 = 0;
export let literalLengthLog: u32 = 0;
export let matchLengthLog: u32 = 0;
export let offsetLog: u32 = 0;
let hasTables = false;

/** Forgets the tables of the frame before. */
export function resetSequenceTables(): void {
  hasTables = false;
}

/** Reads the header at the start of [start, end) and builds the tables. Returns the bytes it takes, or CORRUPT. */
export function readSequenceTables(start: usize, end: usize): i32 {
  if (start >= end) return CORRUPT;
  let at = start + 1;
  let count = <u32>load<u8>(start);
  if (count >= 128) {
    const more: usize = count == 255 ? 2 : 1;
    if (end - at < more) return CORRUPT;
    count = more == 2 ? <u32>load<u16>(at) + 0x7f00 : ((count - 128) << 8) + load<u8>(at);
    at += more;
  }
  sequenceCount = count;
  if (count == 0) return <i32>(at - start);
  if (at >= end) return CORRUPT;
  const modes = <u32>load<u8>(at++);
  if ((modes & 3) != 0) return CORRUPT;
  let length = readTable(
    modes >> 6, literalLengthLog, at, end, literalLengthTable(), 9, 36, LITERAL_LENGTH_BASES, LITERAL_LENGTH_WIDTHS,
    LITERAL_LENGTH_COUNTS, 36, 6,
  );
  if (length < 0) return CORRUPT;
  literalLengthLog = tableLog;
  at += length;
  length = readTable(
    (modes >> 4) & 3, offsetLog, at, end, offsetTable(), 8, 32, OFFSET_BASES, OFFSET_WIDTHS,
    OFFSET_COUNTS, 29, 5,
  );
  if (length < 0) return CORRUPT;
  offsetLog = tableLog;
  at += length;
  length = readTable(
    (modes >> 2) & 3, matchLengthLog, at, end, matchLengthTable(), 9, 53, MATCH_LENGTH_BASES, MATCH_LENGTH_WIDTHS,
    MATCH_LENGTH_COUNTS, 53, 6,
  );
  if (length < 0) return CORRUPT;
  matchLengthLog = tableLog;
  at += length;
  hasTables = true;
  return <i32>(at - start);
}

/** The log of the table that `readTable` made or, by mode 3, kept. */
let tableLog: u32 = 0;

/** Makes one table by its mode (0 default, 1 one symbol, 2 described, 3 kept). Returns the bytes read, or CORRUPT. */
function readTable(
  mode: u32, log: u32, start: usize, end: usize, table: usize, maxLog: u32, maxSymbols: u32, bases: usize,
  widths: usize, defaultCounts: usize, defaultSymbols: u32, defaultLog: u32,
): i32 {
  if (mode == 0) {
    memory.copy(counts(), defaultCounts, defaultSymbols << 1);
    tableLog = defaultLog;
    buildTable(table, defaultLog, defaultSymbols, bases, widths);
    return 0;
  }
  if (mode == 1) {
    if (start >= end) return CORRUPT;
    const symbol = <u32>load<u8>(start);
    if (symbol >= maxSymbols) return CORRUPT;
    tableLog = 0;
    store<u64>(table, (<u64>load<u32>(bases + (symbol << 2)) << 32) | <u64>load<u8>(widths + symbol));
    return 1;
  }
  if (mode == 3) {
    tableLog = log;
    return hasTables ? 0 : CORRUPT;
  }
  const length = readDistribution(start, end, maxLog, maxSymbols);
  if (length < 0) return CORRUPT;
  tableLog = accuracyLog;
  buildTable(table, accuracyLog, symbolCount, bases, widths);
  return length;
}
