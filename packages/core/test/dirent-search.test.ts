import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createKernels, DAMAGED_BLOCK, SearchFault } from "../src/index.ts";
import { randomIntegers } from "./random.ts";

const kernels = createKernels({ pages: 4 });
const memory = new Uint8Array(kernels.memory.buffer);
const nameAt = kernels.heapBase;
const blockAt = nameAt + 512;

/** A directory block of these names (byte strings) in this order, with `padding` zero bytes behind. */
function directoryBlock(names: readonly string[], padding = 0): Uint8Array {
  const size = names.reduce((sum, name) => sum + 12 + name.length, padding);
  const block = new Uint8Array(size);
  const view = new DataView(block.buffer);
  let offset = names.length * 12;
  for (const [i, name] of names.entries()) {
    view.setUint16(i * 12 + 8, offset, true);
    for (let k = 0; k < name.length; k++) block[offset++] = name.charCodeAt(k);
  }
  return block;
}

function put(block: Uint8Array, name: string): [number, number, number, number] {
  memory.set(block, blockAt);
  for (let i = 0; i < name.length; i++) memory[nameAt + i] = name.charCodeAt(i);
  return [blockAt, block.length, nameAt, name.length];
}

function search(block: Uint8Array, name: string): number {
  return kernels.searchDirents(...put(block, name));
}

function compare(block: Uint8Array, name: string, skip = 0): number {
  return kernels.compareFirstName(...put(block, name), skip);
}

/** Few letters, so that names share long prefixes; one letter is above 0x7f and one below ".". */
const nameArbitrary = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({ unit: fc.constantFrom("a", "b", "\xff", "!"), minLength: 1, maxLength: 24 }),
  },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom("a", "\xe9"), minLength: 200, maxLength: 255 }) },
);
const namesArbitrary = fc
  .uniqueArray(nameArbitrary, { minLength: 1, maxLength: 60 })
  .map((names) => names.toSorted((a, b) => (a < b ? -1 : 1)));

describe("searchDirents", () => {
  test("finds each name and no other, as a linear search does", () => {
    fc.assert(
      fc.property(
        namesArbitrary,
        fc.array(nameArbitrary, { maxLength: 20 }),
        fc.nat(40),
        (names, others, padding) => {
          const block = directoryBlock(names, padding);
          for (const name of [...names, ...others]) expect(search(block, name)).toBe(names.indexOf(name));
        },
      ),
      { numRuns: 400 },
    );
  });

  test("a directory of the size of a 64 KiB block", () => {
    const names = Array.from({ length: 3000 }, (_, i) => `file${String(i).padStart(5, "0")}`);
    const block = directoryBlock(names);
    expect(block.length).toBeLessThanOrEqual(65536);
    for (let i = 0; i < names.length; i += 7) {
      expect(search(block, names[i]!)).toBe(i);
      expect(search(block, `${names[i]!}x`)).toBe(SearchFault.notFound);
    }
  });

  test("names that no entry can have are not found", () => {
    const block = directoryBlock([".", "..", "a"]);
    expect(search(block, "")).toBe(SearchFault.notFound);
    expect(search(block, "a".repeat(256))).toBe(SearchFault.notFound);
  });

  test.each([
    ["a first name offset of 0", (view: DataView) => view.setUint16(8, 0, true)],
    ["one below a dirent", (view: DataView) => view.setUint16(8, 11, true)],
    ["one that is no multiple of 12", (view: DataView) => view.setUint16(8, 37, true)],
    ["one at the block's end", (view: DataView) => view.setUint16(8, 48, true)],
    ["a name among the dirents", (view: DataView) => view.setUint16(20, 13, true)],
    ["a name behind the block", (view: DataView) => view.setUint16(20, 900, true)],
    ["a name that ends before it starts", (view: DataView) => view.setUint16(32, 37, true)],
    ["a name that is empty", (view: DataView) => view.setUint16(32, 38, true)],
  ])("damage: %s", (_, damage) => {
    // Three dirents; the middle one is probed first. 36..38 "aa", 38..40 "bb", 40..48 "cccccccc".
    const block = directoryBlock(["aa", "bb", "cccccccc"]);
    damage(new DataView(block.buffer));
    expect(search(block, "bb")).toBe(SearchFault.damaged);
  });

  test("damage: a name longer than 255 bytes, an empty last one, a block too short or too long", () => {
    expect(search(directoryBlock(["a", "b".repeat(256)]), "b")).toBe(SearchFault.damaged);
    expect(search(directoryBlock(["b".repeat(256), "c"]), "a")).toBe(SearchFault.damaged);
    expect(search(Uint8Array.of(...directoryBlock(["a"]).subarray(0, 12), 0), "b")).toBe(SearchFault.damaged);
    expect(search(directoryBlock(["a"]).subarray(0, 12), "a")).toBe(SearchFault.damaged);
    expect(search(new Uint8Array(0), "a")).toBe(SearchFault.damaged);
    expect(kernels.searchDirents(blockAt, 65537, nameAt, 1)).toBe(SearchFault.damaged);
    expect(kernels.searchDirents(memory.length - 20, 21, nameAt, 1)).toBe(SearchFault.damaged);
  });

  test("an unsorted block never gives an index of another name", () => {
    const names = fc.array(nameArbitrary, { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(names, fc.array(nameArbitrary, { maxLength: 10 }), (unsorted, others) => {
        const block = directoryBlock(unsorted);
        for (const name of [...unsorted, ...others]) {
          const found = search(block, name);
          expect(found < 0 || unsorted[found] === name).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("10,000 mutated and random blocks, some at the memory's end: no trap, and what is found is there", () => {
    const random = randomIntegers(7);
    const names = Array.from({ length: 50 }, (_, i) => `${"x".repeat(i % 9)}${i}`).toSorted();
    const original = directoryBlock(names, 30);
    const wrong: number[] = [];
    const counts = { found: 0, notFound: 0, damaged: 0 };
    for (let round = 0; round < 10_000; round++) {
      const block =
        random(5) === 0
          ? Uint8Array.from({ length: random(300) }, () => random(random(2) ? 256 : 40))
          : original.slice(0, random(3) ? original.length : random(original.length));
      for (let n = random(6); n > 0; n--) block[random(block.length)] = random(256);
      const name = names[random(names.length)]!;
      const at = random(2) ? blockAt : memory.length - block.length;
      memory.set(block, at);
      for (let i = 0; i < name.length; i++) memory[nameAt + i] = name.charCodeAt(i);
      const found = kernels.searchDirents(at, block.length, nameAt, name.length);
      if (found === SearchFault.notFound) counts.notFound++;
      else if (found === SearchFault.damaged) counts.damaged++;
      else {
        counts.found++;
        const start = block[found * 12 + 8]! | (block[found * 12 + 9]! << 8);
        if (String.fromCharCode(...block.subarray(start, start + name.length)) !== name) wrong.push(round);
      }
    }
    expect(wrong).toEqual([]);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(100);
  });
});

describe("compareFirstName", () => {
  test("says the order and how many bytes are shared, with or without a skipped prefix", () => {
    fc.assert(
      fc.property(nameArbitrary, nameArbitrary, fc.nat(30), (first, name, skip) => {
        const block = directoryBlock([first, `${first.slice(0, 254)}\xff`]);
        let shared = 0;
        while (shared < Math.min(first.length, name.length) && first[shared] === name[shared]) shared++;
        const expected = name === first ? 0 : name < first ? -1 - shared : 1 + shared;
        expect(compare(block, name)).toBe(expected);
        expect(compare(block, name, Math.min(skip, shared))).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test("a skipped prefix that differs is no equality", () => {
    const block = directoryBlock(["abc"]);
    expect(compare(block, "xbc", 1)).toBe(DAMAGED_BLOCK);
    expect(compare(block, "xyz", 1000)).toBe(DAMAGED_BLOCK);
  });

  test("damage", () => {
    expect(compare(new Uint8Array(64), "a")).toBe(DAMAGED_BLOCK);
    expect(compare(new Uint8Array(0), "a")).toBe(DAMAGED_BLOCK);
    expect(compare(directoryBlock(["a".repeat(256)]), "a")).toBe(DAMAGED_BLOCK);
  });

  test("leads a search over blocks, the shared prefixes carried along, to the right one", () => {
    fc.assert(
      fc.property(namesArbitrary, nameArbitrary, fc.integer({ min: 1, max: 7 }), (names, other, perBlock) => {
        const blocks: Uint8Array[] = [];
        for (let i = 0; i < names.length; i += perBlock)
          blocks.push(directoryBlock(names.slice(i, i + perBlock), 3));
        for (const name of [...names, other]) {
          let [low, high, lowShared, highShared] = [0, blocks.length, 0, 0];
          while (low < high) {
            const middle = (low + high) >> 1;
            const order = compare(blocks[middle]!, name, Math.min(lowShared, highShared));
            if (order >= 0) [low, lowShared] = [middle + 1, order === 0 ? name.length : order - 1];
            else [high, highShared] = [middle, -1 - order];
          }
          const found = low === 0 ? -1 : search(blocks[low - 1]!, name);
          expect(found < 0 ? -1 : (low - 1) * perBlock + found).toBe(names.indexOf(name));
        }
      }),
      { numRuns: 300 },
    );
  });
});
