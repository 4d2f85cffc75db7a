import { describe, expect, test } from "vitest";
import type { Attributes, FileSystem } from "../../src/file-system.ts";
import { Reply } from "../../src/protocol/reply.ts";
import { Request } from "../../src/protocol/request.ts";
import { Dispatcher, REPLY_SIZE } from "../../src/serve/dispatcher.ts";
import { Rehearsal } from "../../src/serve/rehearsal.ts";
import { memory } from "../fake-request.ts";

const FIRST_FILE = 2 ** 52;
const SIZE = 300_000;
const attributes = (node: number, size: number): Attributes => ({
  ino: node,
  mode: size < 0 ? 0o40755 : 0o100644,
  nlink: 1,
  uid: 0,
  gid: 0,
  size: Math.max(0, size),
  blocks: 0,
  rdev: 0,
  blockSize: 4096,
  mtime: 0,
  mtimeNsec: 0,
});

/** The root with a directory of 1,000 files, of which every third is empty, and one cannot be read. */
function fileSystem(seen: { readonly listed: Set<string>; readonly read: Map<number, number> }): FileSystem {
  const sizeOf = (node: number): number => (node < 10 ? -1 : node % 3 === 0 ? 0 : SIZE);
  return {
    lookup: () => undefined,
    attributes: (node) => attributes(node, sizeOf(node)),
    readdir(node, position, add) {
      seen.listed.add(`${node} from ${position}`);
      const names = node === 1 ? ["directory"] : Array.from({ length: 1000 }, (_, i) => `file-${i}`);
      for (const [i, name] of names.entries()) {
        const child = node === 1 ? 2 : FIRST_FILE + i;
        if (i >= position && !add({ name, node: child, ino: child, type: 0, next: i + 1 })) return;
      }
    },
    read(node, offset, target) {
      seen.read.set(node, target.length);
      expect(offset).toBeLessThan(SIZE);
      if (node === FIRST_FILE + 1) throw Object.assign(new Error("damaged"), { code: "EUCLEAN" });
      return Math.min(SIZE - offset, target.length);
    },
  };
}

function rehearsalOf(system: FileSystem, faults: unknown[]): Rehearsal {
  const input = memory(8192);
  const output = memory(REPLY_SIZE);
  const request = new Request(input.bytes, input.words);
  const reply = new Reply(output.bytes, output.words, { entry: 1, attributes: 1 });
  const dispatcher = new Dispatcher(system, request, reply, (fault) => faults.push(fault));
  return new Rehearsal(dispatcher, request, input.words, output.words);
}

describe("Rehearsal", () => {
  test("lists directories piece by piece and reads their files", () => {
    const seen = { listed: new Set<string>(), read: new Map<number, number>() };
    const rehearsal = rehearsalOf(fileSystem(seen), []);
    for (let i = 0; i < 400; i++) rehearsal.step();
    const pieces = [...seen.listed].filter((piece) => piece.startsWith("2 "));
    expect(pieces.length).toBeGreaterThan(10);
    expect(seen.read.size).toBeGreaterThan(50);
    expect([...seen.read.keys()].every((node) => node % 3 !== 0 && node >= FIRST_FILE)).toBe(true);
    expect(new Set(seen.read.values())).toEqual(new Set([8192]));
  });

  test("ends, also where there is nothing to read", () => {
    const empty: FileSystem = { ...fileSystem({ listed: new Set(), read: new Map() }), readdir: () => {} };
    const rehearsal = rehearsalOf(empty, []);
    const end = performance.now() + 20_000;
    while (rehearsal.step()) expect(performance.now()).toBeLessThan(end);
  });

  test("goes on after what fails", () => {
    const faults: unknown[] = [];
    const broken: FileSystem = {
      ...fileSystem({ listed: new Set(), read: new Map() }),
      readdir() {
        throw Object.assign(new Error("damaged"), { code: "EUCLEAN" });
      },
    };
    const rehearsal = rehearsalOf(broken, faults);
    for (let i = 0; i < 5; i++) rehearsal.step();
    expect(faults.length).toBe(5);
  });
});
