import { ErofsError } from "../src/index.ts";

/** "ok", or the code of the ErofsError that came instead; anything else thrown is a bug and goes on. */
export function outcomeOf(run: () => unknown): string {
  try {
    run();
    return "ok";
  } catch (error) {
    if (error instanceof ErofsError) return error.code;
    throw error;
  }
}

/** What `run` throws. */
export function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
