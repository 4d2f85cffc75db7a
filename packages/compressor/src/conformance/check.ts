export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

export function checkSame(actual: Uint8Array, expected: Uint8Array, what: string): void {
  check(actual.length === expected.length, `${what}: ${actual.length} bytes, expected ${expected.length}`);
  const at = actual.findIndex((byte, index) => byte !== expected[index]);
  check(at < 0, `${what}: byte ${at} is ${actual[at]}, expected ${expected[at]}`);
}

/** Bytes around the memory that a codec may write to, and what they hold. */
const GUARD = 64;
const GUARD_BYTE = 0xa5;

/** `length` bytes to write to, with guards at both ends. */
export class GuardedMemory {
  readonly #bytes: Uint8Array;
  readonly #length: number;

  constructor(length: number) {
    this.#bytes = new Uint8Array(length + 2 * GUARD).fill(GUARD_BYTE);
    this.#length = length;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(GUARD, GUARD + this.#length);
  }

  /** Throws where anything but the first `used` bytes was written to. */
  check(used: number, what: string): void {
    const outside = this.#bytes.findIndex(
      (byte, index) => byte !== GUARD_BYTE && (index < GUARD || index >= GUARD + used),
    );
    check(outside < 0, `${what}: wrote at ${outside - GUARD}, outside of ${used} bytes`);
  }
}
