import type { Compressor, EncoderOptions } from "@erofs/compressor";

export const DICT_SIZES = { min: 4096, max: 8 << 20 } as const;
const LEAST_AUTOMATIC_DICT = 32768;

/** The dictionary asked for, or the one that mkfs.erofs takes: four clusters, 32 KiB or more. */
export function dictSizeOf({ dictSize, maxOutput }: EncoderOptions): number {
  if (dictSize === undefined) return Math.min(DICT_SIZES.max, Math.max(LEAST_AUTOMATIC_DICT, 4 * maxOutput));
  if (!Number.isInteger(dictSize) || dictSize < DICT_SIZES.min || dictSize > DICT_SIZES.max) {
    throw new RangeError(
      `dictionary size ${dictSize} is not between ${DICT_SIZES.min} and ${DICT_SIZES.max}`,
    );
  }
  return dictSize;
}

export const extraOptions = {
  lc: {
    min: 0,
    max: 4,
    description: "bits of the byte before that literals go by: 3, or less to leave room for lp",
  },
  lp: {
    min: 0,
    max: 4,
    description: "bits of the position that literals go by, 0 unless given; lc + lp are at most 4",
  },
  pb: { min: 0, max: 4, description: "bits of the position that matches go by, 2 unless given" },
} satisfies Compressor["extraOptions"];

const MOST_LITERAL_BITS = 4;

/** The bits of context: of the byte before a literal, of its position, and of the position of any symbol. */
export function contextBitsOf({ extra }: EncoderOptions): { lc: number; lp: number; pb: number } {
  const { lp = 0, pb = 2 } = extra ?? {};
  const { lc = Math.max(0, Math.min(3, MOST_LITERAL_BITS - lp)) } = extra ?? {};
  const given = { lc, lp, pb };
  for (const name of ["lc", "lp", "pb"] as const) {
    const { min, max } = extraOptions[name];
    const value = given[name];
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new RangeError(`${name} ${value} is not between ${min} and ${max}`);
    }
  }
  if (lc + lp > MOST_LITERAL_BITS) {
    throw new RangeError(`lc ${lc} and lp ${lp} are together above ${MOST_LITERAL_BITS}`);
  }
  return given;
}
