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

interface Seen {
  /** Nodes, and positions in them. */
  readonly listed: Set<string>;
  readonly lookedUp: Set<string>;
  /** Bytes that were asked for last, by node. */
  readonly read: Map<number, number>;
}

const nothingSeen = (): Seen => ({ listed: new Set(), lookedUp: new Set(), read: new Map() });

/** The root with a directory of 1,000 files, of which every third is empty, and one cannot be read. */
function fileSystem(seen: Seen): FileSystem {
  const sizeOf = (node: number): number => (node < 10 ? -1 : node % 3 === 0 ? 0 : SIZE);
  return {
    lookup(parent, name) {
      seen.lookedUp.add(name);
      const node = FIRST_FILE + Number(name.split("-")[1]);
      expect(parent).toBe(2);
      return { node, attributes: attributes(node, SIZE) };
    },
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
      target.fill(0xff);
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
  return new Rehearsal(dispatcher, request, input, output);
}

describe("Rehearsal", () => {
  test("lists directories piece by piece, looks their files up and reads them", () => {
    const seen = nothingSeen();
    const rehearsal = rehearsalOf(fileSystem(seen), []);
    for (let i = 0; i < 400; i++) rehearsal.step();
    const pieces = [...seen.listed].filter((piece) => piece.startsWith("2 "));
    expect(pieces.length).toBeGreaterThan(10);
    expect(seen.read.size).toBeGreaterThan(50);
    expect([...seen.read.keys()].every((node) => node % 3 !== 0 && node >= FIRST_FILE)).toBe(true);
    const sizes = [...seen.read.values()];
    expect(sizes).toEqual(expect.arrayContaining([8192, 65_536]));
    expect(sizes.every((size) => size % 4096 === 0 && size <= 65_536)).toBe(true);
    expect(seen.lookedUp.size).toBeGreaterThan(10);
    expect([...seen.lookedUp].every((name) => /^file-\d+$/.test(name))).toBe(true);
  });

  test("reads the same again, other parts of few files", () => {
    const offsets: number[] = [];
    const system: FileSystem = {
      ...fileSystem(nothingSeen()),
      readdir(node, position, add) {
        if (node === 1 && position === 0)
          add({ name: "large-0", node: FIRST_FILE, ino: 9, type: 8, next: 1 });
      },
      lookup: (_, name) => {
        expect(name).toBe("large-0");
        return undefined;
      },
      attributes: (node) => attributes(node, node === 1 ? -1 : 2 ** 36),
      read(_, offset, target) {
        offsets.push(offset);
        return target.length;
      },
    };
    const rehearsal = rehearsalOf(system, []);
    while (!rehearsal.isOver) rehearsal.step();
    const distinct = new Set(offsets);
    expect(distinct.size).toBeGreaterThan(400);
    expect(distinct.size * 8192).toBeLessThanOrEqual(8 << 20);
    expect(offsets.length).toBeGreaterThan(distinct.size * 3);
  });

  test("takes requests of others for its own", () => {
    const rehearsal = rehearsalOf(fileSystem(nothingSeen()), []);
    let requests = 0;
    for (; !rehearsal.isOver; requests++) rehearsal.skipStep();
    expect(requests).toBeGreaterThan(10_000);
  });

  test("ends, also where there is nothing to read", () => {
    const empty: FileSystem = { ...fileSystem(nothingSeen()), readdir: () => {} };
    const rehearsal = rehearsalOf(empty, []);
    const end = performance.now() + 20_000;
    for (; !rehearsal.isOver; rehearsal.step()) expect(performance.now()).toBeLessThan(end);
  });

  test("goes on after what fails", () => {
    const faults: unknown[] = [];
    const broken: FileSystem = {
      ...fileSystem(nothingSeen()),
      readdir() {
        throw Object.assign(new Error("damaged"), { code: "EUCLEAN" });
      },
    };
    const rehearsal = rehearsalOf(broken, faults);
    for (let i = 0; i < 5; i++) rehearsal.step();
    expect(faults.length).toBe(5);
  });
});
