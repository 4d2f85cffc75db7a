import { writeSync } from "node:fs";

/** Has an event of `createEvent` be readable from here on. */
export function signalEvent(event: number): void {
  const one = Buffer.alloc(8);
  one.writeBigUInt64LE(1n);
  writeSync(event, one);
}
