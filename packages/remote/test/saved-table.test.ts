import {
  closeSync,
  ftruncateSync,
  fstatSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BLOCK_SIZE, BlockTable, SlotState } from "../src/block-table.ts";
import { loadTable, saveTable } from "../src/saved-table.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const directory = temporaryDirectory();
const blockCount = 100;
let path = "";
let fd = -1;

function table(slots = 16): BlockTable {
  return BlockTable.create(2 ** 40, slots * BLOCK_SIZE);
}

/** The blocks that come back, and whether the file of blocks was kept. */
function loaded(into = table()): { blocks: number[]; kept: boolean } {
  ftruncateSync(fd, 12345);
  loadTable(into, path, fd, blockCount);
  const blocks = Array.from({ length: blockCount + 50 }, (_, block) => block);
  return {
    blocks: blocks.filter((block) => into.find(block, SlotState.unverified) !== undefined),
    kept: fstatSync(fd).size === 12345,
  };
}

beforeEach(() => {
  path = join(directory.path, "index");
  fd = openSync(join(directory.path, "blocks"), "w+");
  const saved = table();
  for (const block of [3, 4, 11, 99, 120]) saved.commit(saved.claim(block), block);
  saveTable(saved, path);
});
afterEach(() => closeSync(fd));

describe("a saved table", () => {
  it("comes back unverified, without blocks that the file does not have", () => {
    expect(loaded()).toEqual({ blocks: [3, 4, 11, 99], kept: true });
    const again = table();
    loaded(again);
    saveTable(again, path);
    expect(loaded()).toEqual({ blocks: [3, 4, 11, 99], kept: true });
  });

  it("is nothing when it is missing, of another size, or no table", () => {
    const nothing = { blocks: [], kept: false };
    expect(loaded(table(32))).toEqual(nothing);
    writeFileSync(path, "");
    expect(loaded()).toEqual(nothing);
    writeFileSync(path, Buffer.alloc(100, 0xff));
    expect(loaded()).toEqual(nothing);
    path += "-none";
    expect(loaded()).toEqual(nothing);
  });

  it("is not read when it is larger than any", () => {
    truncateSync(path, 2 ** 40);
    expect(loaded()).toEqual({ blocks: [], kept: false });
    expect(statSync(path).size).toBe(2 ** 40);
  });

  it("gives what it has, however it was cut or changed", () => {
    const bytes = readFileSync(path);
    let state = 1;
    for (let i = 0; i < 500; i++) {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      const changed = Buffer.from(bytes.subarray(0, i % 3 === 0 ? state % bytes.length : bytes.length));
      if (i % 3 !== 0) changed[16 + (state % (bytes.length - 16))]! ^= 1 << ((state >> 7) % 8);
      writeFileSync(path, changed);
      const { blocks } = loaded();
      expect(blocks.length).toBeLessThanOrEqual(5);
      expect(blocks.every((block) => block < blockCount)).toBe(true);
    }
  });

  it("is no error where it cannot be written", () => {
    expect(() => saveTable(table(), join(directory.path, "none/index"))).not.toThrow();
  });
});
