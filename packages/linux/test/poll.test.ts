import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { readAt, readDescriptor, setNonBlocking, writeDescriptor } from "../src/descriptor.ts";
import { allocateScratch, available } from "../src/libc.ts";
import { waitReadable } from "../src/poll.ts";
import { socketPair } from "../src/socket.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const EAGAIN = 11;
const EBADF = 9;

describe.skipIf(!available())("polls and descriptors (need Linux)", () => {
  const directory = temporaryDirectory();
  const fds: number[] = [];
  const opened = (fd: number): number => {
    fds.push(fd);
    return fd;
  };
  afterEach(() => {
    for (const fd of fds.splice(0)) closeSync(fd);
  });

  it("tells when something can be read", () => {
    const [left, right] = socketPair().map(opened) as [number, number];
    expect(waitReadable(left, 0)).toBe(false);
    writeSync(right, "x");
    expect(waitReadable(left, 1000)).toBe(true);
    expect(waitReadable(left, -1)).toBe(true);
    expect(() => waitReadable(1_000_000, 0)).toThrow(expect.objectContaining({ code: "EBADF" }));
  });

  it("reads files at a position", () => {
    const path = join(directory.path, "file");
    writeFileSync(path, "0123456789");
    ftruncateSync(opened(openSync(path, "r+")), 2 ** 33 + 3);
    const fd = opened(openSync(path, "r"));
    const target = Buffer.alloc(6, "x");
    expect(readAt(fd, target.subarray(1, 5), 3)).toBe(4);
    expect(target.toString()).toBe("x3456x");
    expect(readAt(fd, target, 2 ** 33)).toBe(3);
    expect(readAt(fd, target, 2 ** 33 + 3)).toBe(0);
    expect(() => readAt(-1, target, 0)).toThrow(expect.objectContaining({ code: "EBADF", syscall: "pread" }));
    expect(() => readAt(opened(openSync(directory.path, "r")), target, 0)).toThrow(
      expect.objectContaining({ code: "EISDIR" }),
    );
  });

  it("reads and writes in scratch memory, errors as negative numbers", () => {
    const [left, right] = socketPair().map(opened) as [number, number];
    setNonBlocking(left);
    const memory = allocateScratch(64);
    expect(readDescriptor(left, memory.address, 64)).toBe(-EAGAIN);
    memory.bytes.write("some bytes");
    expect(writeDescriptor(right, memory.address, 10)).toBe(10);
    memory.bytes.fill(0);
    expect(waitReadable(left, 1000)).toBe(true);
    expect(readDescriptor(left, memory.address, 64)).toBe(10);
    expect(memory.bytes.toString("latin1", 0, 10)).toBe("some bytes");
    expect(writeDescriptor(-1, memory.address, 1)).toBe(-EBADF);
    expect(() => setNonBlocking(-1)).toThrow(expect.objectContaining({ code: "EBADF", syscall: "fcntl" }));
    expect(() => waitReadable(-1, 0)).toThrow(expect.objectContaining({ code: "EBADF" }));
  });
});
