import { expect, it } from "vitest";

import { formatInstant, formatMinute } from "../../src/terminal/timestamp.ts";

it("tells nanoseconds in UTC", () => {
  expect(formatInstant(1714566896, 1)).toBe("2024-05-01T12:34:56.000000001Z");
  expect(formatInstant(-1, 999_999_999)).toBe("1969-12-31T23:59:59.999999999Z");
});

it("tells times beyond any calendar as seconds", () => {
  expect(formatInstant(2 ** 52, 5)).toBe("@4503599627370496.000000005");
  expect(formatMinute(2 ** 52)).toBe("@4503599627370496");
});

it("tells minutes in local time", () => {
  const date = new Date(2024, 4, 1, 2, 3, 59);
  expect(formatMinute(date.getTime() / 1000)).toBe("2024-05-01 02:03");
});
