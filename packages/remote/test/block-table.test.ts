import { describe, expect, it } from "vitest";
import { BLOCK_SIZE, BlockTable, SlotState } from "../src/block-table.ts";

function put(table: BlockTable, block: number): number {
  const slot = table.claim(block);
  table.commit(slot, block);
  return slot;
}

describe("BlockTable", () => {
  it("has room for the whole file, or for what it is allowed", () => {
    expect(BlockTable.create(9 * BLOCK_SIZE + 1, 1 << 30).slotCount).toBe(16);
    expect(BlockTable.create(2 ** 52, 1 << 30).slotCount).toBe(16384);
    expect(BlockTable.create(0, 1 << 30).slotCount).toBe(8);
  });

  it("keeps every block of a file that fits", () => {
    const table = BlockTable.create(1000 * BLOCK_SIZE, 1 << 30);
    const slots = new Set(Array.from({ length: 1000 }, (_, block) => put(table, block)));
    expect(slots.size).toBe(1000);
    for (let block = 0; block < 1000; block++) expect(table.find(block)).toBeDefined();
  });

  it("forgets what was used least recently, also when the clock goes round", () => {
    const table = BlockTable.create(2 ** 45, 8 * BLOCK_SIZE);
    expect(table.slotCount).toBe(8);
    // A recorded use just before the clock's end.
    table.restore(0, { block: 2 ** 29, crc: 0, used: 2 ** 31 - 4 });
    table.restore(1, { block: 2 ** 29 + 1, crc: 0, used: 2 ** 32 - 3 });
    for (let block = 0; block < 7; block++) put(table, block);
    expect(table.find(2 ** 29, SlotState.unverified)).toBeUndefined();
    expect(table.find(2 ** 29 + 1, SlotState.unverified)).toBeDefined();
    table.find(0);
    put(table, 100);
    expect(table.find(1)).toBeUndefined();
    expect(table.find(0)).toBeDefined();
  });

  it("takes the slot of a block that is there already", () => {
    const table = BlockTable.create(2 ** 40, 64 * BLOCK_SIZE);
    const slot = put(table, 2 ** 24 - 1);
    expect(put(table, 2 ** 24 - 1)).toBe(slot);
  });

  it("shows a reader that the slot has been written since", () => {
    const table = BlockTable.create(2 ** 40, 8 * BLOCK_SIZE);
    put(table, 1);
    const other = new BlockTable(table.memory);
    const found = other.find(1)!;
    expect(other.holds(found)).toBe(true);
    const slot = table.claim(1);
    expect(other.holds(found)).toBe(false);
    expect(other.find(1)).toBeUndefined();
    table.commit(slot, 1);
    expect(other.holds(found)).toBe(false);
    expect(other.holds(other.find(1)!)).toBe(true);
    table.drop(slot);
    expect(other.find(1)).toBeUndefined();
  });

  it("trusts what was verified, unless something else has come into its place", () => {
    const table = BlockTable.create(2 ** 40, 8 * BLOCK_SIZE);
    for (const block of [1, 2]) table.restore(block, { block, crc: block, used: 0 });
    const [one, two] = [1, 2].map((block) => table.find(block, SlotState.unverified)!);
    expect(table.find(1)).toBeUndefined();
    new BlockTable(table.memory).trust(one!);
    expect(table.find(1)).toEqual(one);
    table.drop(two!.slot);
    table.trust(two!);
    expect(table.find(2)).toBeUndefined();
  });

  it("gives a mark to one thread", () => {
    const table = BlockTable.create(2 ** 40, 8 * BLOCK_SIZE);
    const slot = put(table, 1);
    table.mark(1);
    table.mark(2);
    expect(new BlockTable(table.memory).takeMark(slot)).toBe(true);
    expect(table.takeMark(slot)).toBe(false);
  });

  it("restores no block to where it cannot stand, nor twice", () => {
    const table = BlockTable.create(2 ** 40, 16 * BLOCK_SIZE);
    const record = { block: 3, crc: 1, used: 1 };
    expect(table.restore(0, record)).toBe(false);
    expect(table.restore(9, record)).toBe(true);
    expect(table.restore(10, record)).toBe(false);
    expect(table.record(9)).toEqual(record);
    expect(table.record(0)).toBeUndefined();
  });
});
