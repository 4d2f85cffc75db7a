/** Bytes from a hex dump; anything but digits is for people. */
export function bytesOfHex(text: string): Uint8Array {
  const digits = text.replace(/[^0-9a-f]/gi, "");
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

/** A zeroed image of `size` bytes with pieces of hex put at their offsets. */
export function imageOf(size: number, pieces: Record<number, string>): Uint8Array {
  const image = new Uint8Array(size);
  for (const [offset, text] of Object.entries(pieces)) image.set(bytesOfHex(text), Number(offset));
  return image;
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
