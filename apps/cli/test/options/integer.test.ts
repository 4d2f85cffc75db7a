import { describe, expect, it } from "vitest";

import { integerValue, secondsValue, userIdValue } from "../../src/options/integer.ts";

describe("integerValue", () => {
  const small = integerValue({ min: -2, max: 10 });

  it.each([
    ["0", 0],
    ["10", 10],
    ["-2", -2],
    ["+3", 3],
    ["007", 7],
    ["-0", 0],
  ])("reads %s", (text, value) => {
    expect(small(text)).toBe(value);
  });

  it.each(["", "11", "-3", "1.5", "1e1", "0x1", "ten", " 1", "NaN"])("refuses '%s'", (text) => {
    expect(() => small(text)).toThrow("whole number from -2 to 10");
  });
});

it("user ids leave out the one that means none", () => {
  expect(userIdValue("4294967294")).toBe(4294967294);
  expect(() => userIdValue("4294967295")).toThrow("4294967294");
  expect(() => userIdValue("-1")).toThrow("from 0");
});

it("times may be before 1970", () => {
  expect(secondsValue("-86400")).toBe(-86400);
  expect(() => secondsValue("2024-01-01")).toThrow("seconds since 1970");
  expect(() => secondsValue("99999999999999999")).toThrow("seconds since 1970");
});
