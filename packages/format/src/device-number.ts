import { BuildError } from "./errors.ts";

const MAX_MAJOR = 0xfff;
const MAX_MINOR = 0xfffff;

/**
 * A device number in Linux' 32-bit form (`new_encode_dev`).
 * @throws BuildError if major is above 4095 or minor above 1048575
 */
export function encodeDevice(major: number, minor: number): number {
  if (!(major >= 0 && major <= MAX_MAJOR && minor >= 0 && minor <= MAX_MINOR)) {
    throw new BuildError(`device ${major}:${minor} does not fit, expected at most ${MAX_MAJOR}:${MAX_MINOR}`);
  }
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

export function decodeDevice(value: number): { major: number; minor: number } {
  return { major: (value >>> 8) & MAX_MAJOR, minor: (value & 0xff) | ((value >>> 12) & 0xfff00) };
}
