import { toText } from "@erofs/format";

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const controlCharacters = /[\x00-\x1f\x7f]/g;

/**
 * A path for people, on one line whatever it holds.
 *
 * @param {string} path a byte string
 */
export function printable(path) {
  return toText(path).replaceAll(
    controlCharacters,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
