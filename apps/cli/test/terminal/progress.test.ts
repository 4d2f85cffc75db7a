import { describe, expect, it } from "vitest";

import { Progress, progressLine } from "../../src/terminal/progress.ts";
import { Terminal } from "../../src/terminal/terminal.ts";
import { Capture } from "../capture.ts";

const mebibyte = 2 ** 20;

describe("progressLine", () => {
  const state = {
    phase: "compressing",
    doneBytes: 25 * mebibyte,
    totalBytes: 100 * mebibyte,
    doneFiles: 1200,
    totalFiles: 5000,
  };

  it("tells share, amount, rate and time left", () => {
    expect(progressLine(state, (5 * mebibyte) / 1000, 120)).toBe(
      "compressing  25.0 %  1,200/5,000 files  25.0 MiB of 100 MiB  5.00 MiB/s  0:15 left",
    );
  });

  it("tells what it knows", () => {
    expect(progressLine({ phase: "scanning", doneBytes: 0, doneFiles: 7 }, undefined, 80)).toBe(
      "scanning  7 files",
    );
  });

  it("fits the terminal", () => {
    expect(progressLine(state, 1000, 20)).toHaveLength(19);
  });
});

function start(isTTY: boolean, enabled?: boolean) {
  const stderr = new Capture({ isTTY });
  const clock = { now: 0 };
  const terminal = new Terminal({ stdout: new Capture(), stderr, env: {} });
  return { stderr, clock, progress: new Progress(terminal, { now: () => clock.now, enabled }) };
}

function work({ clock, progress }: ReturnType<typeof start>, milliseconds: number): void {
  const end = clock.now + milliseconds;
  for (; clock.now < end; clock.now++) {
    progress.update({ phase: "working", doneBytes: clock.now * 1000, totalBytes: 1e7, doneFiles: 0 });
  }
}

describe("Progress", () => {
  it("draws at most ten times a second, and nothing in short jobs", () => {
    const job = start(true);
    work(job, 300);
    expect(job.stderr.text).toBe("");
    work(job, 2000);
    const drawings = job.stderr.text.split("\r").length - 1;
    expect(drawings).toBeGreaterThan(15);
    expect(drawings).toBeLessThanOrEqual(20);
    expect(job.stderr.text).toContain("977 KiB/s");
  });

  it("erases itself", () => {
    const job = start(true);
    work(job, 1000);
    job.progress.clear();
    expect(job.stderr.text.endsWith("\r\u001b[K")).toBe(true);
  });

  it("leaves a pipe alone unless asked", () => {
    const silent = start(false);
    work(silent, 1000);
    silent.progress.clear();
    expect(silent.stderr.text).toBe("");
    const asked = start(false, true);
    work(asked, 1000);
    expect(asked.stderr.text).toContain("working");
    const refused = start(true, false);
    work(refused, 1000);
    expect(refused.stderr.text).toBe("");
  });
});
