import assert from "node:assert/strict";

/** Far cheaper than an `expect` for each of some hundred thousand comparisons. */
export function same<T>(actual: T, expected: T, what: string): void {
  if (actual !== expected) assert.equal(actual, expected, what);
}

/** Compares bytes without spelling them out. */
export function sameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  same(actual.length, expected.length, `${what}: length`);
  same(Buffer.compare(actual, expected), 0, what);
}
