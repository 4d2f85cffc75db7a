import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { adviseHugePages } from "../src/huge-pages.ts";
import { available } from "../src/libc.ts";

/** Bytes of this process whose memory is advised: "hg" among the flags of a mapping. */
function advisedBytes(): number {
  let size = 0;
  let sum = 0;
  for (const line of readFileSync("/proc/self/smaps", "latin1").split("\n")) {
    if (line.startsWith("Size:")) size = Number.parseInt(line.slice(5), 10) * 1024;
    if (line.startsWith("VmFlags:") && line.split(" ").includes("hg")) sum += size;
  }
  return sum;
}

it.skipIf(!available() || !existsSync("/sys/kernel/mm/transparent_hugepage"))(
  "has the kernel know where huge pages are wanted",
  () => {
    const before = advisedBytes();
    const memory = new WebAssembly.Memory({ initial: 160 });
    adviseHugePages(new Uint8Array(memory.buffer));
    expect(advisedBytes() - before).toBe(memory.buffer.byteLength);
  },
);
