import { closeSync, openSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { available } from "../src/libc.ts";
import { tryLock } from "../src/lock.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

describe.skipIf(!available())("tryLock (needs Linux)", () => {
  const directory = temporaryDirectory();

  it("is had by one, until it closes the file", () => {
    const path = `${directory.path}/lock`;
    const [first, second] = [openSync(path, "a+"), openSync(path, "a+")];
    expect(tryLock(first)).toBe(true);
    expect(tryLock(second)).toBe(false);
    closeSync(first);
    expect(tryLock(second)).toBe(true);
    closeSync(second);
    expect(() => tryLock(9999)).toThrow(expect.objectContaining({ code: "EBADF" }));
  });
});
