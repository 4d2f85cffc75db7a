import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

export function isMounted(path: string): boolean {
  return readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .some((line) => line.split(" ")[1] === path);
}

/** Waits until something is so, 20 s at most. */
export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`did not happen: ${condition}`);
    await pause(20);
  }
}
