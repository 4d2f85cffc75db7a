import type { DataAlignment } from "@erofs/builder";
import { parseSize } from "@erofs/format";
import { InvalidArgumentError } from "commander";

/** Reads any size, for a commander option. */
export function sizeValue(text: string): number {
  const bytes = parseSize(text);
  if (bytes === undefined) throw new InvalidArgumentError("Expected a size such as 4096, 64K or 1M.");
  return bytes;
}

const smallestBlock = 512;
const largestBlock = 65536;

/** Reads a block size: a power of two from 512 to 65536. */
export function blockSizeValue(text: string): number {
  const bytes = parseSize(text);
  if (bytes === undefined || bytes < smallestBlock || bytes > largestBlock || (bytes & (bytes - 1)) !== 0) {
    throw new InvalidArgumentError(`Expected a power of two from ${smallestBlock} to ${largestBlock}.`);
  }
  return bytes;
}

/** Reads `SIZE` or `SIZE:MIN`: what data are aligned to, and the smallest files whose data are. */
export function alignmentValue(text: string): DataAlignment {
  const [size = "", from, ...others] = text.split(":");
  if (others.length > 0) throw new InvalidArgumentError("Expected a size, or two with ':' between them.");
  return { size: sizeValue(size), ...(from === undefined ? {} : { from: sizeValue(from) }) };
}
