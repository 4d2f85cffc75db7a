import { describe, expect, it } from "vitest";
import { decodeStrictly } from "./strict-decoder.ts";

const text = "as much as fits, as much as it takes, as much as it gives";
/** What liblzma's encoder makes of the text with lc=2, lp=1, pb=1. */
const stream = Uint8Array.from(
  Buffer.from("c7309cc02742fabac2e45656b82e7fc8b329e5b7872f4c8e7ecaab700fb6059bf0ed326700", "hex"),
);

describe("decodeStrictly", () => {
  it("decodes what another encoder made", () => {
    expect(Buffer.from(decodeStrictly(stream, text.length)).toString()).toBe(text);
  });

  it("takes neither more nor less input than there is", () => {
    expect(() => decodeStrictly(stream.subarray(0, -1), text.length)).toThrow("ends too early");
    expect(() => decodeStrictly(Uint8Array.of(...stream, 0), text.length)).toThrow("1 bytes are left");
    expect(() => decodeStrictly(stream, text.length - 1)).toThrow("too far");
  });

  it("wants the range coder at rest", () => {
    const moved = stream.slice();
    moved[moved.length - 1] = 1;
    expect(() => decodeStrictly(moved, text.length)).toThrow("not at rest");
  });

  it("knows properties from other bytes, and distances from before the beginning", () => {
    expect(() => decodeStrictly(Uint8Array.of(0, ...stream.subarray(1)), 1)).toThrow("properties 255");
    const bits = Uint8Array.of(stream[0]!, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255);
    expect(() => decodeStrictly(bits, 10)).toThrow("distance");
  });
});
