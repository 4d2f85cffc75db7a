import { InvalidArgumentError } from "commander";

export interface IntegerRange {
  readonly min: number;
  readonly max: number;
}

/** A reader of whole decimal numbers within a range, for a commander option. */
export function integerValue({ min, max }: IntegerRange): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    }
    // "-0" is 0.
    return value + 0;
  };
}

/** User and group ids: 32 bits, the last one meaning "none" to the kernel. */
export const userIdValue = integerValue({ min: 0, max: 0xfffffffe });

/** Reads a time: whole seconds since 1970, negative for times before. */
export function secondsValue(text: string): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("Expected whole seconds since 1970.");
  return value + 0;
}
