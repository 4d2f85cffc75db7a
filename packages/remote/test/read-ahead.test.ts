import { describe, expect, it } from "vitest";
import { ReadAhead } from "../src/read-ahead.ts";

describe("ReadAhead", () => {
  it("does nothing for reads here and there", () => {
    const readAhead = new ReadAhead(64);
    for (const from of [0, 100, 50, 1000, 7]) expect(readAhead.note({ from, to: from + 2 })).toBeUndefined();
  });

  it("goes ahead of who reads on, in windows that grow", () => {
    const readAhead = new ReadAhead(16);
    expect(readAhead.note({ from: 10, to: 12 })).toBeUndefined();
    expect(readAhead.note({ from: 12, to: 14 })).toEqual({ from: 14, to: 18, mark: 16 });
    // Enough is on its way.
    expect(readAhead.note({ from: 14, to: 15 })).toBeUndefined();
    expect(readAhead.note({ from: 16, to: 17 })).toEqual({ from: 18, to: 25, mark: 21 });
    expect(readAhead.note({ from: 21, to: 22 })).toEqual({ from: 25, to: 38, mark: 31 });
    expect(readAhead.note({ from: 31, to: 32 })).toEqual({ from: 38, to: 48, mark: 43 });
  });

  it("tells several readers apart", () => {
    const readAhead = new ReadAhead(64);
    readAhead.note({ from: 0, to: 1 });
    readAhead.note({ from: 1000, to: 1001 });
    expect(readAhead.note({ from: 1, to: 2 })).toEqual({ from: 2, to: 6, mark: 4 });
    expect(readAhead.note({ from: 1001, to: 1002 })).toEqual({ from: 1002, to: 1006, mark: 1004 });
  });

  it("can be switched off", () => {
    const readAhead = new ReadAhead(0);
    for (let from = 0; from < 10; from++) expect(readAhead.note({ from, to: from + 1 })).toBeUndefined();
  });
});
