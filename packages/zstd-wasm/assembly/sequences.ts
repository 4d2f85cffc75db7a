// The sequences section of a block (RFC 8878, 3.1.1.3.2).

import {
  LL, ML, OF, MIN_MATCH, literalLengthBits, matchLengthBits, maxCode, maxTableLog,
} from "./codes";
import {
  NO_COST, bitsOut, buildRunTable, buildTable, costOf, fseSlot, initState, nextState, normalize, putDescription, setNorms,
  tableLogOf,
} from "./fse-table";
import { CODE_COUNTS } from "./memory-plan";
import { LENGTH, OFFSET_VALUE, codesAt, literalLengthOf, literalsBefore, sequenceAt } from "./sequence-store";

const PREDEFINED: u32 = 0;
const RUN: u32 = 1;
const COMPRESSED: u32 = 2;
const REPEAT: u32 = 3;

const LL_NORMS = memory.data<i8>([
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
]);
const OF_NORMS = memory.data<i8>([
  1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
]);
const ML_NORMS = memory.data<i8>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
]);

// Slots of FSE tables: 0 to 2 predefined, 3 to 5 runs, 6 to 8 and 9 to 11 in force and in the making.
const RUN_SLOTS: usize = 3;
/** A bit per kind: which of its two slots is in force, whether any is, and whether the last block put made one. */
let current: usize = 0;
let valid: usize = 0;
let made: usize = 0;
let reset: usize = 0;

function slotOf(kind: usize, which: usize): usize {
  return fseSlot(6 + 3 * which + kind);
}

/** Makes the predefined tables; to be called once. */
export function buildPredefined(): void {
  setNorms(fseSlot(LL), LL_NORMS, 35, 6);
  setNorms(fseSlot(OF), OF_NORMS, 28, 5);
  setNorms(fseSlot(ML), ML_NORMS, 52, 6);
  for (let kind = LL; kind <= ML; kind++) buildTable(fseSlot(kind));
}

/** A new frame: no table is in force. */
export function beginTables(): void {
  valid = 0;
}

/** The block last put is kept: its tables come into force. */
export function keepTables(): void {
  current ^= made;
  valid = (valid | made) & ~reset;
}

export function countsOf(kind: usize): usize {
  return CODE_COUNTS + (kind << 8);
}

function countCodes(count: usize): void {
  memory.fill(CODE_COUNTS, 0, 768);
  for (let k: usize = 0; k < count; k++) {
    const codes = load<u32>(codesAt(k));
    const llEntry = CODE_COUNTS + (<usize>(codes & 255) << 2);
    store<u32>(llEntry, load<u32>(llEntry) + 1);
    const ofEntry = CODE_COUNTS + 256 + (<usize>((codes >> 8) & 255) << 2);
    store<u32>(ofEntry, load<u32>(ofEntry) + 1);
    const mlEntry = CODE_COUNTS + 512 + (<usize>(codes >> 16) << 2);
    store<u32>(mlEntry, load<u32>(mlEntry) + 1);
  }
}

let describedEnd: usize = 0;
/** Bits that the chosen table takes, in 1/256, its description included. */
let chosenCost: u32 = 0;
let chosenSlot: usize = 0;

/** Chooses the table of a kind and writes its description where there is one. Returns the mode. */
function chooseTable(out: usize, kind: usize, count: u32): u32 {
  const counts = countsOf(kind);
  let last = maxCode(kind);
  while (load<u32>(counts + (<usize>last << 2)) == 0) last--;
  let present: u32 = 0;
  for (let code: u32 = 0; code <= last; code++) present += u32(load<u32>(counts + (<usize>code << 2)) != 0);
  const bit: usize = 1 << kind;
  made &= ~bit;
  reset |= bit;
  describedEnd = out;
  let mode = PREDEFINED;
  chosenSlot = fseSlot(kind);
  let best = costOf(chosenSlot, counts, last);
  if (best != NO_COST) best += tableLogOf(chosenSlot) << 8;
  if (present == 1 && best > 8 << 8) {
    chosenSlot = fseSlot(RUN_SLOTS + kind);
    buildRunTable(chosenSlot, last);
    store<u8>(out, <u8>last);
    describedEnd = out + 1;
    chosenCost = 8 << 8;
    return RUN;
  }
  const which = (current >> kind) & 1;
  if ((valid & bit) != 0) {
    const slot = slotOf(kind, which);
    let cost = costOf(slot, counts, last);
    if (cost != NO_COST) cost += tableLogOf(slot) << 8;
    if (cost < best) {
      best = cost;
      mode = REPEAT;
      chosenSlot = slot;
      reset &= ~bit;
    }
  }
  if (present > 1) {
    const slot = slotOf(kind, which ^ 1);
    let bestLog: u32 = 0;
    let least: u32 = NO_COST;
    const most = min(maxTableLog(kind), max(5, 33 - clz(count)));
    for (let log = most; log >= 5 && present <= <u32>1 << log; log--) {
      normalize(slot, counts, last, count, log);
      const cost = costOf(slot, counts, last) + (log << 8) + (<u32>(putDescription(out, slot) - out) << 11);
      if (cost >= least) break;
      least = cost;
      bestLog = log;
    }
    if (least < best) {
      if (tableLogOf(slot) != bestLog) normalize(slot, counts, last, count, bestLog);
      describedEnd = putDescription(out, slot);
      buildTable(slot);
      chosenSlot = slot;
      made |= bit;
      reset &= ~bit;
      chosenCost = least;
      return COMPRESSED;
    }
  }
  chosenCost = best;
  return mode;
}

/** About how many bits, in 1/256, a section takes for `count` sequences of the counts that stand at CODE_COUNTS. */
export function sequencesCost(out: usize, count: u32): u32 {
  if (count == 0) return 8 << 8;
  let cost: u32 = 24 << 8;
  for (let kind = LL; kind <= ML; kind++) {
    chooseTable(out, kind, count);
    cost += chosenCost;
  }
  for (let code: u32 = 16; code <= maxCode(LL); code++) {
    cost += (load<u32>(countsOf(LL) + (<usize>code << 2)) * literalLengthBits(code)) << 8;
  }
  for (let code: u32 = 1; code <= maxCode(OF); code++) {
    cost += (load<u32>(countsOf(OF) + (<usize>code << 2)) * code) << 8;
  }
  for (let code: u32 = 32; code <= maxCode(ML); code++) {
    cost += (load<u32>(countsOf(ML) + (<usize>code << 2)) * matchLengthBits(code)) << 8;
  }
  return cost;
}

/** Writes the section for the first `count` sequences; returns where it ends. */
export function putSequences(out: usize, count: usize): usize {
  made = 0;
  reset = 0;
  if (count < 128) {
    store<u8>(out++, <u8>count);
  } else if (count < 0x7f00) {
    store<u8>(out, <u8>((count >> 8) + 128));
    store<u8>(out + 1, <u8>count);
    out += 2;
  } else {
    store<u8>(out, 255);
    store<u16>(out + 1, <u16>(count - 0x7f00));
    out += 3;
  }
  if (count == 0) return out;
  countCodes(count);
  const modesAt = out++;
  const llMode = chooseTable(out, LL, <u32>count);
  const llSlot = chosenSlot;
  const ofMode = chooseTable(describedEnd, OF, <u32>count);
  const ofSlot = chosenSlot;
  const mlMode = chooseTable(describedEnd, ML, <u32>count);
  const mlSlot = chosenSlot;
  store<u8>(modesAt, <u8>((llMode << 6) | (ofMode << 4) | (mlMode << 2)));
  return putBits(describedEnd, count, llSlot, ofSlot, mlSlot);
}

/** Writes the sequences' bits, the last sequence first. */
function putBits(out: usize, count: usize, llSlot: usize, ofSlot: usize, mlSlot: usize): usize {
  let index = count - 1;
  let codes = load<u32>(codesAt(index));
  let llState = initState(llSlot, codes & 255);
  let ofState = initState(ofSlot, (codes >> 8) & 255);
  let mlState = initState(mlSlot, codes >> 16);
  let bits: u64 = 0;
  let filled: u64 = 0;
  while (true) {
    const llCode = codes & 255;
    const ofCode = (codes >> 8) & 255;
    const mlCode = codes >> 16;
    if (index != count - 1) {
      // 8 + 9 + 9 bits behind the up to 7 that are left
      let size = bitsOut(ofSlot, ofState, ofCode);
      bits |= <u64>(ofState & ((1 << size) - 1)) << filled;
      filled += size;
      ofState = nextState(ofSlot, ofState, ofCode, size);
      size = bitsOut(mlSlot, mlState, mlCode);
      bits |= <u64>(mlState & ((1 << size) - 1)) << filled;
      filled += size;
      mlState = nextState(mlSlot, mlState, mlCode, size);
      size = bitsOut(llSlot, llState, llCode);
      bits |= <u64>(llState & ((1 << size) - 1)) << filled;
      filled += size;
      llState = nextState(llSlot, llState, llCode, size);
    }
    const entry = sequenceAt(index);
    const llBits = literalLengthBits(llCode);
    const mlBits = matchLengthBits(mlCode);
    if ((llBits | mlBits) != 0) {
      if (filled + llBits + mlBits > 63) {
        store<u64>(out, bits);
        out += <usize>(filled >> 3);
        bits >>= filled & ~7;
        filled &= 7;
      }
      bits |= <u64>(literalLengthOf(index) & ((1 << llBits) - 1)) << filled;
      filled += llBits;
      bits |= <u64>((load<u32>(entry, LENGTH) - <u32>MIN_MATCH) & ((1 << mlBits) - 1)) << filled;
      filled += mlBits;
      if (filled >= 40) {
        store<u64>(out, bits);
        out += <usize>(filled >> 3);
        bits >>= filled & ~7;
        filled &= 7;
      }
    }
    bits |= <u64>(load<u32>(entry, OFFSET_VALUE) & ((1 << ofCode) - 1)) << filled;
    filled += ofCode;
    store<u64>(out, bits);
    out += <usize>(filled >> 3);
    bits >>= filled & ~7;
    filled &= 7;
    if (index == 0) break;
    codes = load<u32>(codesAt(--index));
  }
  const mlLog = tableLogOf(mlSlot);
  bits |= <u64>(mlState & ((1 << mlLog) - 1)) << filled;
  filled += mlLog;
  const ofLog = tableLogOf(ofSlot);
  bits |= <u64>(ofState & ((1 << ofLog) - 1)) << filled;
  filled += ofLog;
  const llLog = tableLogOf(llSlot);
  bits |= <u64>(llState & ((1 << llLog) - 1)) << filled;
  filled += llLog;
  bits |= <u64>1 << filled;
  store<u64>(out, bits);
  return out + <usize>(filled >> 3) + 1;
}
