import { bytesOf, fromText } from "@erofs/format";
import { assert, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";

import { nameForJson, nameFromText, quoteName, quoteText, unquoteName } from "../../src/terminal/quote.ts";

describe("quoteName", () => {
  it.each([
    ["plain name.txt", "plain name.txt"],
    [fromText("größe 漢字 😀"), "größe 漢字 😀"],
    ["a\nb\tc\rd", String.raw`a\nb\tc\rd`],
    ["\u001b[2J", String.raw`\x1b[2J`],
    ["back\\slash", String.raw`back\\slash`],
    ["\u00ff\u00fe", String.raw`\xff\xfe`],
    [fromText("a\u202eb"), String.raw`a\xe2\x80\xaeb`],
    [fromText("\u009b31m"), String.raw`\xc2\x9b31m`],
    ["\u00c3", String.raw`\xc3`],
    ["\u00ed\u00a0\u0080", String.raw`\xed\xa0\x80`],
    ["\u00c0\u0080", String.raw`\xc0\x80`],
    ["", ""],
  ])("quotes %j", (name, text) => {
    expect(quoteName(name)).toBe(text);
  });

  it("is undone by unquoteName and prints nothing that controls", () => {
    const bytes = uint8Array({ maxLength: 40 });
    assert(
      property(bytes, (value) => {
        const name = Buffer.from(value).toString("latin1");
        const text = quoteName(name);
        expect(unquoteName(text)).toBe(name);
        expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

it("unquoteName leaves alone what is no escape", () => {
  expect(unquoteName(String.raw`a\qb\x4`)).toBe(String.raw`a\qb\x4`);
});

it("quoteText makes one line of a message and keeps backslashes", () => {
  expect(quoteText("C:\\dir\nnext \u001b]0;title\u0007")).toBe(String.raw`C:\dir\nnext \x1b]0;title\x07`);
});

describe("nameForJson", () => {
  it("gives text where the name is text, and its bytes where it is not", () => {
    expect(nameForJson("path", fromText("é\n"))).toEqual({ path: "é\n" });
    expect(nameForJson("name", "a\u00ff")).toEqual({ name: String.raw`a\xff`, nameHex: "61ff" });
  });
});

it("nameFromText takes the bytes of UTF-8", () => {
  expect(bytesOf(nameFromText("é"))).toEqual(Uint8Array.of(0xc3, 0xa9));
});
