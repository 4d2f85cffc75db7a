/** Bytes that are fetched and kept together. */
export const BLOCK_SIZE = 65536;

/** Slots in which a block may stand. */
const WAYS = 8;

/** Words of a slot. */
const VERSION = 0;
const LOW = 1;
const HIGH = 2;
const STATE = 3;
const USED = 4;
const CRC = 5;
const MARK = 6;
const SLOT_WORDS = 8;

/** Words before the slots. */
const CLOCK = 0;
const HEADER_WORDS = 8;

const HALF = 0x1_0000_0000;

/** What is known of the bytes in a slot. */
export const SlotState = {
  empty: 0,
  /** They are the block's. */
  present: 1,
  /** They were, when an earlier process wrote them: to be verified by their checksum. */
  unverified: 2,
} as const;

export type SlotState = (typeof SlotState)[keyof typeof SlotState];

/** What a slot holds, for keeping it beyond this process. */
export interface SlotRecord {
  readonly block: number;
  /** CRC-32 of the block. */
  readonly crc: number;
  readonly used: number;
}

/** A block's place, good as long as the slot's version is the same. */
export interface FoundBlock {
  readonly slot: number;
  readonly version: number;
}

/**
 * Which block stands in which slot of the cache file: shared memory, written by one thread and read by many. A block
 * may stand in eight slots, of which the least recently used is taken for a new one; so memory follows the size of
 * the cache, whatever size a server claims for the image.
 *
 * A slot's version is odd while it is written. Who has read the bytes of a slot looks at the version again: when it is
 * another, the bytes may be of two blocks.
 */
export class BlockTable {
  readonly memory: SharedArrayBuffer;
  readonly slotCount: number;
  readonly #words: Int32Array;
  readonly #sets: number;

  /** @param memory of another table, which is then the same one */
  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.slotCount = (this.#words.length - HEADER_WORDS) / SLOT_WORDS;
    this.#sets = this.slotCount / WAYS;
  }

  /** A table for as many blocks as `bytes` hold, but for no more than `size` bytes have. */
  static create(size: number, bytes: number): BlockTable {
    const blocks = Math.ceil(Math.min(size, bytes) / BLOCK_SIZE);
    const slots = Math.max(1, Math.ceil(blocks / WAYS)) * WAYS;
    return new BlockTable(new SharedArrayBuffer((HEADER_WORDS + slots * SLOT_WORDS) * 4));
  }

  #load(slot: number, word: number): number {
    return Atomics.load(this.#words, HEADER_WORDS + slot * SLOT_WORDS + word);
  }

  #store(slot: number, word: number, value: number): void {
    Atomics.store(this.#words, HEADER_WORDS + slot * SLOT_WORDS + word, value);
  }

  #blockIn(slot: number): number {
    return (this.#load(slot, HIGH) >>> 0) * HALF + (this.#load(slot, LOW) >>> 0);
  }

  #firstSlot(block: number): number {
    return (block % this.#sets) * WAYS;
  }

  /** The slot of a block in a state, as any thread may ask. Counts as a use. */
  find(block: number, state: SlotState = SlotState.present): FoundBlock | undefined {
    const first = this.#firstSlot(block);
    for (let slot = first; slot < first + WAYS; slot++) {
      const version = this.#load(slot, VERSION);
      if (version & 1 || this.#load(slot, STATE) !== state || this.#blockIn(slot) !== block) continue;
      this.#store(slot, USED, Atomics.add(this.#words, CLOCK, 1));
      return { slot, version };
    }
    return undefined;
  }

  /** Whether what `find` gave is still so. */
  holds({ slot, version }: FoundBlock): boolean {
    return this.#load(slot, VERSION) === version;
  }

  /** Makes a block that was found unverified, and has been verified, present; any thread may. */
  trust({ slot, version }: FoundBlock): void {
    if (this.#load(slot, VERSION) !== version) return;
    // Should the slot be written meanwhile, its state is another one, or becomes so afterwards.
    const index = HEADER_WORDS + slot * SLOT_WORDS + STATE;
    Atomics.compareExchange(this.#words, index, SlotState.unverified, SlotState.present);
  }

  /** CRC-32 of the bytes that were put into a slot. */
  crcOf(slot: number): number {
    return this.#load(slot, CRC) >>> 0;
  }

  /** Takes the mark from a slot; true for the one thread that found it. */
  takeMark(slot: number): boolean {
    const index = HEADER_WORDS + slot * SLOT_WORDS + MARK;
    return Atomics.load(this.#words, index) !== 0 && Atomics.exchange(this.#words, index, 0) !== 0;
  }

  /** Marks a block that is present, for `takeMark`. */
  mark(block: number): void {
    const found = this.find(block);
    if (found !== undefined) this.#store(found.slot, MARK, 1);
  }

  /** A slot for a block, whatever stood there, until `commit` nobody's. For the one thread that writes. */
  claim(block: number): number {
    const first = this.#firstSlot(block);
    const now = Atomics.load(this.#words, CLOCK);
    let best = first;
    let bestAge = -1;
    for (let slot = first; slot < first + WAYS; slot++) {
      const state = this.#load(slot, STATE);
      const isOwn = state !== SlotState.empty && this.#blockIn(slot) === block;
      // The clock may have gone round.
      const age = isOwn ? Infinity : state === SlotState.empty ? HALF : (now - this.#load(slot, USED)) >>> 0;
      if (age > bestAge) [best, bestAge] = [slot, age];
    }
    this.#begin(best);
    this.#store(best, STATE, SlotState.empty);
    this.#store(best, LOW, (block % HALF) | 0);
    this.#store(best, HIGH, Math.floor(block / HALF));
    return best;
  }

  /** Makes what was written into a claimed slot known. */
  commit(slot: number, crc: number, state: SlotState = SlotState.present): void {
    this.#store(slot, CRC, crc | 0);
    this.#store(slot, MARK, 0);
    this.#store(slot, USED, Atomics.add(this.#words, CLOCK, 1));
    this.#store(slot, STATE, state);
    this.#end(slot);
  }

  /** Leaves a claimed slot, or any other, empty. */
  drop(slot: number): void {
    this.#begin(slot);
    this.#store(slot, STATE, SlotState.empty);
    this.#end(slot);
  }

  /** Makes the version odd. */
  #begin(slot: number): void {
    this.#store(slot, VERSION, this.#load(slot, VERSION) | 1);
  }

  /** Makes it even, and another one than it was. */
  #end(slot: number): void {
    this.#store(slot, VERSION, (this.#load(slot, VERSION) + 1) | 0);
  }

  /** What stands in a slot, if anything. */
  record(slot: number): SlotRecord | undefined {
    if (this.#load(slot, STATE) === SlotState.empty || this.#load(slot, VERSION) & 1) return undefined;
    return { block: this.#blockIn(slot), crc: this.crcOf(slot), used: this.#load(slot, USED) >>> 0 };
  }

  /**
   * Puts what an earlier table recorded of a slot back into it, unverified.
   * @returns false for a block that cannot stand there, or does so already elsewhere
   */
  restore(slot: number, { block, crc, used }: SlotRecord): boolean {
    const first = this.#firstSlot(block);
    if (slot < first || slot >= first + WAYS) return false;
    for (let other = first; other < first + WAYS; other++) {
      if (this.#load(other, STATE) !== SlotState.empty && this.#blockIn(other) === block) return false;
    }
    this.#begin(slot);
    this.#store(slot, LOW, (block % HALF) | 0);
    this.#store(slot, HIGH, Math.floor(block / HALF));
    this.commit(slot, crc, SlotState.unverified);
    this.#store(slot, USED, used | 0);
    if ((used - Atomics.load(this.#words, CLOCK)) >>> 0 < HALF / 2)
      Atomics.store(this.#words, CLOCK, used + 1);
    return true;
  }
}
