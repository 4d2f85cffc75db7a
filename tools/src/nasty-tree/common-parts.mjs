import { writeFileSync } from "node:fs";
import { compressible, incompressible } from "./bytes.mjs";

/**
 * Files that have parts in common, at any place of a block, of every nature: what deduplication makes extents of that
 * begin in the middle of a block and are used more than once.
 *
 * @param {string} folder
 */
export function makeCommonParts(folder) {
  /**
   * @param {string} name
   * @param {Buffer[]} parts
   */
  const write = (name, ...parts) => writeFileSync(`${folder}/${name}`, Buffer.concat(parts));
  const text = compressible(300_000, 77);
  const noise = incompressible(200_000, 78);
  const mixed = Buffer.concat([noise.subarray(0, 70_001), text.subarray(0, 90_003), noise.subarray(70_001)]);
  write("text", text);
  write("text behind a header", compressible(33_333, 79), text);
  write("text before a trailer", text, incompressible(20_011, 80));
  write(
    "middle of text",
    incompressible(17_171, 81),
    text.subarray(50_005, 250_017),
    compressible(40_404, 82),
  );
  write("text twice", text, compressible(50_505, 83), text);
  write("noise", noise);
  write("noise behind noise", incompressible(30_003, 84), noise);
  write("noise at its place", incompressible(32_768, 85), noise);
  write(
    "noise between noise",
    incompressible(21_001, 86),
    noise.subarray(9_999, 150_000),
    incompressible(23_003, 87),
  );
  write("mixed", mixed);
  write("mixed elsewhere", compressible(28_282, 88), mixed, incompressible(3, 89));
  write(
    "parts of all",
    text.subarray(100_001, 140_003),
    noise.subarray(50_007),
    mixed.subarray(60_000),
    text,
  );
}
