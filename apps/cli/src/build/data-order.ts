import { readFileSync } from "node:fs";
import { type ByteString, fromBytes } from "@erofs/format";

/**
 * The paths in a file, a line each, bytes as they are: with or without a slash in front, empty lines for nothing.
 * Throws the system's error when it cannot be read.
 */
export function readDataOrder(file: string): ByteString[] {
  return fromBytes(readFileSync(file))
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace(/^(\.?\/)+|^\.$/, "").replace(/\/+$/, ""));
}
