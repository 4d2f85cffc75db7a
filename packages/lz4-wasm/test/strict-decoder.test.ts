import { describe, expect, it } from "vitest";
import { decodeStrictly } from "./strict-decoder.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

describe("decodeStrictly", () => {
  it("decodes literals and an overlapping match", () => {
    expect([...decodeStrictly(bytes("13 07 0100 50 0102030405"), 13)]).toEqual([
      7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 5,
    ]);
  });

  it.each([
    ["the last match starts 11 bytes", "12 07 0100 50 0102030405", 12],
    ["only 4 literals", "1f 07 0100 00 40 01020304", 24],
    ["distance 2", "13 07 0200 50 0102030405", 13],
    ["distance 0", "13 07 0000 50 0102030405", 13],
    ["ends inside a sequence", "50 01020304", 5],
    ["a match follows", "51 0102030405", 5],
    ["literals go 1 bytes too far", "50 0102030405", 4],
    ["5 bytes of output, expected 6", "50 0102030405", 6],
  ])("says that %s", (message, block, length) => {
    expect(() => decodeStrictly(bytes(block), length)).toThrow(message);
  });
});
