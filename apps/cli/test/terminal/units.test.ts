import { describe, expect, it } from "vitest";

import { formatCount, formatDuration, formatPercent, formatSize, plural } from "../../src/terminal/units.ts";

describe("formatSize", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.00 KiB"],
    [10235, "10.0 KiB"],
    [102400, "100 KiB"],
    [1023 * 1024, "1.00 MiB"],
    [1048576, "1.00 MiB"],
    [1.25 * 2 ** 30, "1.25 GiB"],
    [2 ** 53 - 1, "8.00 PiB"],
  ])("%i is %s", (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});

it.each([
  [0, "0.00 s"],
  [420, "0.42 s"],
  [9999, "10.0 s"],
  [59_940, "59.9 s"],
  [59_960, "1:00"],
  [245_000, "4:05"],
  [3_723_000, "1:02:03"],
])("%i ms take %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

it("counts, shares and plurals do not depend on the locale", () => {
  expect(formatCount(1234567)).toBe("1,234,567");
  expect(formatCount(999)).toBe("999");
  expect(formatPercent(1, 3)).toBe("33.3 %");
  expect(formatPercent(0, 0)).toBe("0.0 %");
  expect(plural(1, "file")).toBe("1 file");
  expect(plural(2000, "directory", "directories")).toBe("2,000 directories");
});
