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

/** Seconds since 1970, as far as doubles and the format go. */
export const secondsValue = integerValue({ min: -(2 ** 53 - 1), max: 2 ** 53 - 1 });
