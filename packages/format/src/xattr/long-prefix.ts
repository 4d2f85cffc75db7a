import { fromBytes, writeBytes } from "../byte-string.ts";
import { BuildError, CorruptImage, type ErrorPlace, hex } from "../errors.ts";
import { alignUp, load16, store16 } from "../little-endian.ts";
import type { LongPrefix } from "./name.ts";

export const MAX_LONG_PREFIXES = 128;
/** `base_index` and infix of one record together. */
const MAX_RECORD_LENGTH = 256;
/** No table is longer than this many bytes for each of its prefixes. */
export const MAX_LONG_PREFIX_RECORD_SIZE = alignUp(2 + MAX_RECORD_LENGTH, 4);

/**
 * The table of long prefixes, its beginning to be put at a multiple of 4.
 * @throws BuildError for more than 128, or an infix above 255 bytes
 */
export function encodeLongPrefixes(prefixes: readonly LongPrefix[]): Uint8Array {
  if (prefixes.length > MAX_LONG_PREFIXES) {
    throw new BuildError(`${prefixes.length} xattr prefixes, expected at most ${MAX_LONG_PREFIXES}`);
  }
  let size = 0;
  for (const { infix } of prefixes) size += alignUp(3 + infix.length, 4);
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const { baseIndex, infix } of prefixes) {
    if (infix.length + 1 > MAX_RECORD_LENGTH) {
      throw new BuildError(
        `xattr prefix of ${infix.length} bytes, expected at most ${MAX_RECORD_LENGTH - 1}`,
      );
    }
    store16(bytes, offset, 1 + infix.length);
    bytes[offset + 2] = baseIndex;
    writeBytes(infix, bytes, offset + 3);
    offset += alignUp(3 + infix.length, 4);
  }
  return bytes;
}

/**
 * Reads `count` records from the beginning of `bytes`, which may go on behind them.
 * @param place for messages; its offset is that of `bytes`
 * @throws CorruptImage
 */
export function decodeLongPrefixes(bytes: Uint8Array, count: number, place: ErrorPlace = {}): LongPrefix[] {
  if (count > MAX_LONG_PREFIXES)
    throw corrupt(place, 0, `${count} of them, expected at most ${MAX_LONG_PREFIXES}`);
  const prefixes: LongPrefix[] = [];
  let offset = 0;
  for (let i = 0; i < count; i++) {
    if (offset + 3 > bytes.length) throw corrupt(place, offset, `number ${i} is behind the end`);
    const length = load16(bytes, offset);
    const end = offset + 2 + length;
    if (length < 1 || length > MAX_RECORD_LENGTH || end > bytes.length) {
      throw corrupt(place, offset, `number ${i} has ${length} bytes, expected 1 to ${MAX_RECORD_LENGTH}`);
    }
    prefixes.push({ baseIndex: bytes[offset + 2]!, infix: fromBytes(bytes.subarray(offset + 3, end)) });
    offset = alignUp(end, 4);
  }
  return prefixes;
}

function corrupt(place: ErrorPlace, offset: number, message: string): CorruptImage {
  const at = (place.offset ?? 0) + offset;
  return new CorruptImage(`xattr prefixes at offset ${hex(at)}: ${message}`, { ...place, offset: at });
}
