/**
 * Names and paths as *byte strings*: JavaScript strings with one UTF-16 unit (0–255) for each byte.
 *
 * Linux names are bytes, not text. Held like this they keep every byte, take one byte of memory each
 * (V8 stores them as Latin-1), and `<` on them is the unsigned byte order that EROFS directories want.
 */
export type ByteString = string;

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true });

/** The bytes of a byte string. */
export function bytesOf(name: ByteString): Uint8Array {
  const bytes = new Uint8Array(name.length);
  writeBytes(name, bytes, 0);
  return bytes;
}

/** Writes a byte string at `offset` of `target`. */
export function writeBytes(name: ByteString, target: Uint8Array, offset: number): void {
  for (let i = 0; i < name.length; i++) target[offset + i] = name.charCodeAt(i);
}

/** A byte string from bytes. */
export function fromBytes(bytes: Uint8Array): ByteString {
  let name = "";
  // Pieces, since the number of arguments of a call is limited. `apply` takes a typed array as it is, which is
  // seven times as fast as spreading it.
  for (let i = 0; i < bytes.length; i += 4096) {
    const piece = bytes.subarray(i, i + 4096) as unknown as number[];
    name += String.fromCharCode.apply(undefined, piece);
  }
  return name;
}

/** A byte string from text, as UTF-8. */
export function fromText(text: string): ByteString {
  return isAscii(text) ? text : fromBytes(utf8Encoder.encode(text));
}

/** Text for people: UTF-8 where the bytes are valid UTF-8, else each odd byte as `\xNN`. */
export function toText(name: ByteString): string {
  if (isAscii(name)) return name;
  const bytes = bytesOf(name);
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    return name.replace(/[\x80-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`);
  }
}

/** Whether a string is pure ASCII: then text and byte string are the same. */
export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
