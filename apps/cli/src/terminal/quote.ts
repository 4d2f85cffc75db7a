import type { ByteString } from "@erofs/format";

/**
 * Names in an image are bytes that anyone may have chosen. Printed as they are, they could drive the reader's
 * terminal or fake a line of output, so everything that is not plain text is printed as a C escape. Quoting can
 * be undone: `unquoteName(quoteName(name))` is `name`, which lets a printed name be passed to the next command.
 */

// Node's Buffer converts between bytes, byte strings and text. It is used here, rather than what `@erofs/format` has
// for every platform, because this file is part of what `erofs --help` loads, and loading that package takes longer
// than printing the help.

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Printable ASCII without the backslash: the usual name, quoted as itself. */
const plain = /^[ -[\]-~]*$/;

/** Text that controls: C0 and C1, line separators, direction marks and overrides, the byte order mark. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

const shortEscapes = new Map([
  ["\\", "\\\\"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

const shortMeanings = new Map([...shortEscapes].map(([char, escape]) => [escape, char]));

function escapeByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}

/** Bytes that the UTF-8 sequence which begins with `lead` should have; 0 for a byte that begins none. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/** The character whose UTF-8 begins at `offset`, or undefined where the bytes are not UTF-8. */
function characterAt(bytes: Uint8Array, offset: number): string | undefined {
  const length = sequenceLength(bytes[offset] ?? 0);
  if (length === 0 || offset + length > bytes.length) return undefined;
  try {
    return utf8.decode(bytes.subarray(offset, offset + length));
  } catch {
    return undefined;
  }
}

/** A name as printable text: UTF-8 kept, everything else as `\n`, `\\` or `\xNN` (one escape a byte). */
export function quoteName(name: ByteString): string {
  if (plain.test(name)) return name;
  const bytes = Buffer.from(name, "latin1");
  let text = "";
  for (let offset = 0; offset < bytes.length;) {
    const character = characterAt(bytes, offset);
    const length = character === undefined ? 1 : sequenceLength(bytes[offset] ?? 0);
    if (character === undefined || (unprintable.test(character) && !shortEscapes.has(character))) {
      for (const byte of bytes.subarray(offset, offset + length)) text += escapeByte(byte);
    } else {
      text += shortEscapes.get(character) ?? character;
    }
    offset += length;
  }
  return text;
}

/** A message as one printable line: control characters escaped, backslashes left alone. */
export function quoteText(text: string): string {
  if (plain.test(text)) return text;
  let line = "";
  for (const character of text) {
    line += unprintable.test(character) ? quoteName(nameFromText(character)) : character;
  }
  return line;
}

/** Undoes `quoteName`. A backslash that begins no escape stands for itself. */
export function unquoteName(text: string): ByteString {
  return nameFromText(text).replace(/\\(?:[\\nrt]|x[0-9a-fA-F]{2})/g, (escape) => {
    return shortMeanings.get(escape) ?? String.fromCharCode(Number.parseInt(escape.slice(2), 16));
  });
}

/** Whether a name is UTF-8 from end to end, so that JSON can hold it as text. */
export function isUtf8(name: ByteString): boolean {
  if (plain.test(name)) return true;
  try {
    utf8.decode(Buffer.from(name, "latin1"));
    return true;
  } catch {
    return false;
  }
}

/**
 * A name for JSON under `key`. Where it is not UTF-8, `key` has the quoted form and `<key>Hex` the true bytes.
 */
export function nameForJson<Key extends string>(key: Key, name: ByteString): Record<string, string> {
  if (plain.test(name)) return { [key]: name };
  if (isUtf8(name)) return { [key]: utf8.decode(Buffer.from(name, "latin1")) };
  return { [key]: quoteName(name), [`${key}Hex`]: Buffer.from(name, "latin1").toString("hex") };
}

/** The UTF-8 bytes of a text, such as a command-line argument, which Node has decoded as UTF-8. */
export function nameFromText(argument: string): ByteString {
  return Buffer.from(argument, "utf8").toString("latin1");
}
