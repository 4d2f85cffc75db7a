import { type ByteString, fromText } from "@erofs/format";
import { InvalidArgumentError } from "commander";

/** What `-U` asks for: 16 bytes, or random ones to be drawn when the image is made. */
export type UuidChoice = Uint8Array | "random";

/** Reads `-U`: `clear` (all zeros), `random`, or a UUID as 32 hex digits with or without hyphens. */
export function uuidValue(text: string): UuidChoice {
  if (text === "clear") return new Uint8Array(16);
  if (text === "random") return text;
  if (!/^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/i.test(text)) {
    throw new InvalidArgumentError("Expected a UUID of 32 hex digits, 'clear' or 'random'.");
  }
  return new Uint8Array(Buffer.from(text.replaceAll("-", ""), "hex"));
}

/** 16 bytes as `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`. */
export function formatUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const labelSize = 16;

/** Reads `-L`: a volume label of at most 16 bytes of UTF-8. */
export function labelValue(text: string): ByteString {
  const name = fromText(text);
  if (name.length > labelSize) {
    throw new InvalidArgumentError(`It has ${name.length} bytes, a label has at most ${labelSize}.`);
  }
  return name;
}
