import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { available } from "../src/libc.ts";
import { attachLoop } from "../src/loop.ts";
import { pageSize } from "../src/memory-page.ts";
import { mount, MountFlag, unmount, UnmountFlag } from "../src/mount.ts";
import { readMountTable } from "../src/mount-table.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const root = process.getuid?.() === 0;

function mayMount(path: string): boolean {
  try {
    mount({ source: "none", target: path, type: "tmpfs", flags: 0, data: "size=64k" });
    unmount(path);
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!available())("mount (needs Linux)", () => {
  const directory = temporaryDirectory();

  it.skipIf(!root)("mounts and unmounts, names of any bytes included (needs root)", (context) => {
    const target = `${directory.path}/a b\xff`;
    mkdirSync(Buffer.from(target, "latin1"));
    if (!mayMount(target)) return context.skip("this root may not mount");
    const flags = MountFlag.readOnly | MountFlag.noSuid;
    mount({ source: "s o", target, type: "tmpfs", flags, data: "size=64k,mode=700" });
    const entry = readMountTable().find((each) => each.target === target);
    expect(entry).toMatchObject({ type: "tmpfs", source: "s o" });
    expect(entry?.options).toEqual(expect.arrayContaining(["ro", "nosuid"]));
    expect(entry?.superOptions).toContain("mode=700");
    unmount(target, UnmountFlag.detach | UnmountFlag.noFollow);
    expect(readMountTable().some((each) => each.target === target)).toBe(false);
    expect(() => unmount(target)).toThrow(expect.objectContaining({ code: "EINVAL", path: target }));
  });

  it("says what is wrong", () => {
    const request = { source: "none", target: `${directory.path}/none`, type: "tmpfs", flags: 0, data: "" };
    expect(() => mount(request)).toThrow(expect.objectContaining({ syscall: "mount", path: request.target }));
    expect(() => mount({ ...request, data: "a\0b" })).toThrow(expect.objectContaining({ code: "EINVAL" }));
  });
});

describe.skipIf(!available() || !root)("attachLoop (needs Linux, root)", () => {
  const directory = temporaryDirectory();

  it("shows a file from an offset on, for as long as it is open", (context) => {
    const path = `${directory.path}/file`;
    writeFileSync(path, Buffer.concat([Buffer.alloc(512, 1), Buffer.alloc(4096, 2)]));
    const fd = openSync(path, "r");
    let device;
    try {
      device = attachLoop(fd, "tested", 512);
    } catch (error) {
      return context.skip(`no loop devices: ${String(error)}`);
    } finally {
      closeSync(fd);
    }
    const bytes = Buffer.alloc(8192);
    expect(readSync(device.fd, bytes, 0, 8192, 0)).toBe(4096);
    expect(bytes.subarray(0, 4096).equals(Buffer.alloc(4096, 2))).toBe(true);
    expect(fstatSync(device.fd).isBlockDevice()).toBe(true);
    const attributes = `/sys/block/${device.path.slice("/dev/".length)}/loop`;
    expect(readFileSync(`${attributes}/backing_file`, "utf8")).toBe(`${path}\n`);
    expect(readFileSync(`${attributes}/autoclear`, "utf8")).toBe("1\n");
    closeSync(device.fd);
  });

  it("refuses what is no file", () => {
    expect(() => attachLoop(9999, "tested")).toThrow(expect.objectContaining({ code: "EBADF" }));
  });
});

it.skipIf(!available())("pageSize is a power of two (needs Linux)", () => {
  expect(pageSize()).toBeGreaterThanOrEqual(4096);
  expect(Math.log2(pageSize()) % 1).toBe(0);
});
