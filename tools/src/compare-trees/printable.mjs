import { toText } from "@erofs/format";

/**
 * A path for people, on one line whatever it holds.
 *
 * @param {string} path a byte string
 */
export function printable(path) {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return toText(path).replaceAll(
    /[\x00-\x1f\x7f]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
