import { describe, expect, it } from "vitest";
import { parseSize } from "../src/size-text.ts";

describe("parseSize", () => {
  it.each([
    ["4096", 4096],
    ["0", 0],
    ["4K", 4096],
    ["64k", 65536],
    ["64KiB", 65536],
    ["1M", 1048576],
    ["2 GB", 2147483648],
    ["1T", 1099511627776],
  ])("reads %s", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(["", "K", "-1", "1.5K", "0x1000", "4096 bytes", "99999999999T", "1e3", "4 K K"])(
    "refuses '%s'",
    (text) => {
      expect(parseSize(text)).toBeUndefined();
    },
  );
});
