import { closeSync, writeSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { readDescriptor, setNonBlocking, writeDescriptor } from "../src/descriptor.ts";
import { addToPoll, createPoll, waitReadable } from "../src/event-poll.ts";
import { allocateScratch, available } from "../src/libc.ts";
import { socketPair } from "../src/socket.ts";

const EAGAIN = 11;
const EBADF = 9;

describe.skipIf(!available())("polls and descriptors (need Linux)", () => {
  const fds: number[] = [];
  const opened = (fd: number): number => {
    fds.push(fd);
    return fd;
  };
  afterEach(() => {
    for (const fd of fds.splice(0)) closeSync(fd);
  });

  it("tells when something can be read", () => {
    const poll = opened(createPoll());
    const [left, right] = socketPair().map(opened) as [number, number];
    addToPoll(poll, left);
    expect(waitReadable(poll, 0)).toBe(false);
    writeSync(right, "x");
    expect(waitReadable(poll, 1000)).toBe(true);
    expect(waitReadable(poll, -1)).toBe(true);
  });

  it("reads and writes in scratch memory, errors as negative numbers", () => {
    const [left, right] = socketPair().map(opened) as [number, number];
    setNonBlocking(left);
    const memory = allocateScratch(64);
    expect(readDescriptor(left, memory.address, 64)).toBe(-EAGAIN);
    memory.bytes.write("some bytes");
    expect(writeDescriptor(right, memory.address, 10)).toBe(10);
    memory.bytes.fill(0);
    const poll = opened(createPoll());
    addToPoll(poll, left);
    expect(waitReadable(poll, 1000)).toBe(true);
    expect(readDescriptor(left, memory.address, 64)).toBe(10);
    expect(memory.bytes.toString("latin1", 0, 10)).toBe("some bytes");
    expect(writeDescriptor(-1, memory.address, 1)).toBe(-EBADF);
    expect(() => setNonBlocking(-1)).toThrow(expect.objectContaining({ code: "EBADF", syscall: "fcntl" }));
    expect(() => addToPoll(poll, -1)).toThrow(expect.objectContaining({ code: "EBADF" }));
  });
});
