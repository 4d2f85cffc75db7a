import { setImmediate as nextTurn } from "node:timers/promises";
import { answerSync, type Reading } from "../reading.ts";
import type { SyncSource } from "../sources/source.ts";

/** Milliseconds after which other things get their turn. */
const TURN = 20;

/**
 * Drives a reading to its end, and lets timers, signals and messages have their turns. `other` is done in between, and does
 * not let it go on as long as it returns true.
 */
export async function runInTurns<T>(
  reading: Reading<T>,
  sources: readonly SyncSource[],
  other: () => boolean = () => false,
): Promise<T> {
  let turn = performance.now();
  let step = reading.next();
  for (; !step.done; step = answerSync(reading, step.value, sources)) {
    while (other() || performance.now() - turn > TURN) {
      await nextTurn();
      turn = performance.now();
    }
  }
  return step.value;
}
