import { describe, expect, test } from "vitest";
import type { Attributes, DirectoryEntry, FileSystem } from "../../src/file-system.ts";
import { Opcode } from "../../src/protocol/opcode.ts";
import { Reply } from "../../src/protocol/reply.ts";
import { Dispatcher, REPLY_SIZE } from "../../src/serve/dispatcher.ts";
import { args, fakeRequest, memory } from "../fake-request.ts";

const attributes: Attributes = {
  ino: 2 ** 40 + 7,
  mode: 0o100644,
  nlink: 3,
  uid: 1,
  gid: 2,
  size: 2 ** 33 + 1,
  blocks: 9,
  rdev: 0xfffff,
  blockSize: 4096,
  mtime: -5,
  mtimeNsec: 123,
};
const node = 2 ** 41 + 3;
const content = Buffer.from("the content of a file");
const entries = [".", "..", "a", "b\xff", "long".repeat(60)].map((name, i): DirectoryEntry => ({
  name,
  node: i + 10,
  ino: i + 20,
  type: 8,
  next: i + 1,
}));

function failing(code?: string): never {
  throw Object.assign(new Error("no"), code === undefined ? {} : { code });
}

const fileSystem: FileSystem = {
  lookup: (parent, name) =>
    name === "there" ? { node, attributes } : name === "damaged" ? failing("EUCLEAN") : undefined,
  attributes: (of) => (of === 13 ? failing("EUCLEAN") : attributes),
  readdir(of, position, add) {
    for (const entry of entries.slice(position)) if (!add(entry)) return;
    if (of === 99) failing("EUCLEAN");
  },
  read: (of, offset, target) => content.copy(target, 0, offset),
  readlink: () => "a/t\xe4rget",
  xattr: (of, name) => (name === "user.a" ? Buffer.from("value") : undefined),
  xattrNames: (of, { uid }) => (uid === 0 ? ["user.a", "trusted.b"] : ["user.a"]),
  seek: (of, offset, whence) => (whence === "data" ? offset + 1 : undefined),
};

const UNIQUE = 0x1122334455667788n;
const faults: unknown[] = [];

function ask(
  opcode: number,
  of: number,
  given: Uint8Array = new Uint8Array(0),
  system = fileSystem,
  uid = 0,
) {
  const { bytes, words } = memory(REPLY_SIZE);
  bytes.fill(0xaa, 0, 8192);
  faults.length = 0;
  const reply = new Reply(bytes, words, { entry: 86400.5, attributes: 2 });
  const dispatcher = new Dispatcher(system, fakeRequest(opcode, of, given, uid), reply, (fault) =>
    faults.push(fault),
  );
  const length = dispatcher.handle();
  const body = bytes.subarray(16, Math.max(16, length));
  const header = length === 0 ? [0, UNIQUE] : [bytes.readUInt32LE(0), bytes.readBigUInt64LE(8)];
  expect(header).toEqual([length, UNIQUE]);
  return {
    length,
    error: bytes.readInt32LE(4),
    body,
    u32: (at: number) => body.readUInt32LE(at),
    u64: (at: number) => body.readBigInt64LE(at),
  };
}

describe("Dispatcher", () => {
  test("LOOKUP gives struct fuse_entry_out, 64-bit numbers whole", () => {
    const { error, body, u32, u64 } = ask(Opcode.lookup, 1, args("there"));
    expect(error).toBe(0);
    expect(body.length).toBe(128);
    expect([u64(0), u64(8), u64(16), u64(24)]).toEqual([BigInt(node), 0n, 86400n, 2n]);
    expect([u32(32), u32(36)]).toEqual([500_000_000, 0]);
    expect([u64(40), u64(48), u64(56)]).toEqual([BigInt(attributes.ino), BigInt(attributes.size), 9n]);
    expect([u64(64), u64(72), u64(80)]).toEqual([-5n, -5n, -5n]);
    expect([88, 92, 96].map(u32)).toEqual([123, 123, 123]);
    expect([100, 104, 108, 112, 116, 120, 124].map(u32)).toEqual([0o100644, 3, 1, 2, 0xfffff, 4096, 0]);
  });

  test("LOOKUP of what is not there is to be remembered too", () => {
    const { error, body, u64 } = ask(Opcode.lookup, 1, args("not there"));
    expect([error, body.length, u64(0), u64(16), u64(40)]).toEqual([0, 128, 0n, 86400n, 0n]);
  });

  test("errors go by their code; what has none is EIO and a fault", () => {
    expect(ask(Opcode.lookup, 1, args("damaged"))).toMatchObject({ length: 16, error: -117 });
    expect(faults).toHaveLength(1);
    const broken = { ...fileSystem, read: () => failing(), readlink: () => failing("ENOENT") };
    expect(ask(Opcode.read, 1, args(0n, 0n, 10), broken)).toMatchObject({ length: 16, error: -5 });
    expect(faults).toMatchObject([{ opcode: Opcode.read, node: 1 }]);
    expect(ask(Opcode.readlink, 1, undefined, broken)).toMatchObject({ length: 16, error: -2 });
    expect(faults).toHaveLength(0);
    expect(ask(4711, 1)).toMatchObject({ length: 16, error: -38 });
  });

  test("GETATTR, READ, READLINK, LSEEK", () => {
    const attr = ask(Opcode.getattr, node, args(0, 0, 0n));
    expect([attr.body.length, attr.u64(0), attr.u64(16), attr.u32(76)]).toEqual([
      104,
      2n,
      BigInt(attributes.ino),
      0o100644,
    ]);
    expect(ask(Opcode.read, 2, args(0n, 4n, 7)).body.toString()).toBe("content");
    expect(ask(Opcode.read, 2, args(0n, 100n, 7)).length).toBe(16);
    expect(ask(Opcode.readlink, 2).body.toString("latin1")).toBe("a/t\xe4rget");
    expect(ask(Opcode.lseek, 2, args(0n, 2n ** 40n, 3, 0)).u64(0)).toBe(2n ** 40n + 1n);
    expect(ask(Opcode.lseek, 2, args(0n, 5n, 4, 0)).error).toBe(-6);
    expect(ask(Opcode.lseek, 2, args(0n, 5n, 0, 0)).error).toBe(-22);
  });

  test("xattrs: size, value, room, absence, and who asks", () => {
    expect(ask(Opcode.getxattr, 2, args(0, 0, "user.a")).u32(0)).toBe(5);
    expect(ask(Opcode.getxattr, 2, args(100, 0, "user.a")).body.toString()).toBe("value");
    expect(ask(Opcode.getxattr, 2, args(4, 0, "user.a")).error).toBe(-34);
    expect(ask(Opcode.getxattr, 2, args(4, 0, "user.b")).error).toBe(-61);
    expect(ask(Opcode.listxattr, 2, args(0, 0)).u32(0)).toBe(17);
    expect(ask(Opcode.listxattr, 2, args(100, 0)).body.toString()).toBe("user.a\0trusted.b\0");
    expect(ask(Opcode.listxattr, 2, args(100, 0), fileSystem, 1000).body.toString()).toBe("user.a\0");
  });

  test("READDIR lists what fits and goes on where it stopped", () => {
    const listed: string[] = [];
    let requests = 0;
    for (let position = 0n; ; requests++) {
      const { body } = ask(Opcode.readdir, 1, args(0n, position, 296));
      if (body.length === 0) break;
      expect(body.length).toBeLessThanOrEqual(296);
      for (let at = 0; at < body.length;) {
        const length = body.readUInt32LE(at + 16);
        listed.push(body.toString("latin1", at + 24, at + 24 + length));
        position = body.readBigUInt64LE(at + 8);
        at += 24 + Math.ceil(length / 8) * 8;
      }
    }
    expect(listed).toEqual(entries.map(({ name }) => name));
    expect(requests).toBe(2);
  });

  test("READDIRPLUS has nodes but for dots and what is damaged", () => {
    const { body } = ask(Opcode.readdirplus, 1, args(0n, 0n, 4096));
    const nodes: bigint[] = [];
    for (let at = 0; at < body.length;) {
      nodes.push(body.readBigUInt64LE(at));
      at += 152 + Math.ceil(body.readUInt32LE(at + 128 + 16) / 8) * 8;
    }
    expect(nodes).toEqual([0n, 0n, 12n, 0n, 14n]);
    expect(faults).toHaveLength(0);
  });

  test("a listing that breaks off gives what it has, then the error", () => {
    expect(ask(Opcode.readdir, 99, args(0n, 0n, 4096)).error).toBe(0);
    expect(ask(Opcode.readdir, 99, args(0n, 5n, 4096)).error).toBe(-117);
  });

  test("where there is a forget, listings count as lookups", () => {
    const looked: string[] = [];
    const forgotten: [number, number][] = [];
    const counting: FileSystem = {
      ...fileSystem,
      lookup: (parent, name) => {
        looked.push(name);
        return { node: 5, attributes };
      },
      forget: (of, count) => forgotten.push([of, count]),
    };
    ask(Opcode.readdirplus, 1, args(0n, 2n, 4096), counting);
    expect(looked).toEqual(entries.slice(2).map(({ name }) => name));
    expect(ask(Opcode.forget, 5, args(3n), counting).length).toBe(0);
    // A count of 9 that is not there.
    expect(ask(Opcode.batchForget, 0, args(9, 0, 6n, 1n, 7n, 2n), counting).length).toBe(0);
    expect(forgotten).toEqual([
      [5, 3],
      [6, 1],
      [7, 2],
    ]);
  });

  test("without open and xattr the kernel is told not to ask again", () => {
    const { xattr: _, xattrNames: __, ...plain } = fileSystem;
    for (const opcode of [
      Opcode.open,
      Opcode.opendir,
      Opcode.getxattr,
      Opcode.listxattr,
      Opcode.flush,
      Opcode.access,
    ]) {
      expect(ask(opcode, 1, args(0, 0, "x"), plain).error).toBe(-38);
    }
    expect(ask(Opcode.interrupt, 0, args(5n), plain).length).toBe(0);
    expect(ask(Opcode.statfs, 1, undefined, plain).u32(44)).toBe(255);
  });

  test("OPEN gives handle and flags", () => {
    const opening: FileSystem = {
      ...fileSystem,
      open: (of, flags) => ({ handle: 2 ** 40 + flags, keepCache: false, directIo: true }),
      opendir: () => ({ handle: 6 }),
    };
    const open = ask(Opcode.open, 2, args(5, 0), opening);
    expect([open.u64(0), open.u32(8)]).toEqual([2n ** 40n + 5n, 1]);
    const opendir = ask(Opcode.opendir, 1, args(0, 0), opening);
    expect([opendir.u64(0), opendir.u32(8)]).toEqual([6n, 10]);
  });
});
