import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { isRunning, readRecord, removeRecord, writeRecord } from "../../src/mount/daemon-record.ts";
import { temporaryFolder } from "../sample-tree.ts";

const env = { XDG_RUNTIME_DIR: temporaryFolder() };
/** Root's notes are in /run, whatever the environment says. */
const folder = process.getuid?.() === 0 ? "/run/erofs" : join(env.XDG_RUNTIME_DIR, "erofs");
/** No mount has such a number. */
const mount = { deviceMajor: 0, deviceMinor: 0xffff_ffff };
const note = join(folder, `0-${mount.deviceMinor}.json`);

describe.skipIf(process.platform !== "linux")("records of daemons (needs Linux)", () => {
  it("are good for as long as the process runs", async () => {
    const child = spawn("sleep", ["100"], { stdio: "ignore" });
    writeRecord(mount, child.pid!, env);
    const record = readRecord(mount, env);
    expect(record?.pid).toBe(child.pid);
    child.kill();
    await once(child, "exit");
    expect(isRunning(record!)).toBe(false);
    expect(readRecord(mount, env)).toBeUndefined();
    expect(existsSync(note)).toBe(true);
    removeRecord(mount, env);
    expect(existsSync(note)).toBe(false);
  });

  it("are not believed when they are nonsense", () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const text of [
      "",
      "null",
      "{}",
      '{"pid":"1","startTime":1}',
      `{"pid":${process.pid},"startTime":"1"}`,
    ]) {
      writeFileSync(note, text);
      expect(readRecord(mount, env)).toBeUndefined();
    }
    removeRecord(mount, env);
  });
});

describe.skipIf(process.platform !== "linux")("isRunning (needs Linux)", () => {
  it("tells a process from another one of its number", () => {
    expect(isRunning({ pid: process.pid, startTime: "1" })).toBe(false);
    expect(isRunning({ pid: 2 ** 30, startTime: "1" })).toBe(false);
  });
});
