import type { FailureReason } from "./system-failure.ts";

/**
 * Why a thread is gone: ENOMEM or ECHILD, and the words for it. `cause` is what Node's `Worker` gave to its listener for
 * errors, which is whatever code in the thread has thrown, or words for how it ended.
 */
export function threadDeath(cause: unknown): FailureReason {
  if (cause instanceof Error && "code" in cause && cause.code === "ERR_WORKER_OUT_OF_MEMORY") {
    return { code: "ENOMEM", reason: "it used up its memory" };
  }
  return { code: "ECHILD", reason: wordsOf(cause) };
}

function wordsOf(cause: unknown): string {
  try {
    return cause instanceof Error ? String(cause.message) : String(cause);
  } catch {
    // A plugin's code may throw what throws again when it is made a text.
    return "it threw something that is no error";
  }
}
