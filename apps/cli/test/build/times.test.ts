import { describe, expect, it } from "vitest";

import { timeSettings } from "../../src/build/times.ts";

describe("timeSettings", () => {
  it("leaves times alone when nothing is asked for", () => {
    const nothing = { fixedTime: undefined, clampTime: undefined, buildTime: undefined };
    expect(timeSettings({}, undefined)).toEqual(nothing);
    expect(timeSettings({}, "")).toEqual(nothing);
  });

  it("takes SOURCE_DATE_EPOCH as the latest time and the build's", () => {
    expect(timeSettings({}, "1700000000")).toEqual({
      fixedTime: undefined,
      clampTime: 1700000000,
      buildTime: 1700000000,
    });
  });

  it("lets options win", () => {
    expect(timeSettings({ fixedTime: 5 }, "17")).toEqual({
      fixedTime: 5,
      clampTime: undefined,
      buildTime: 5,
    });
    expect(timeSettings({ fixedTime: 5, buildTime: 6 }, undefined)).toMatchObject({
      fixedTime: 5,
      buildTime: 6,
    });
    expect(timeSettings({ buildTime: 6 }, "17")).toEqual({
      fixedTime: undefined,
      clampTime: 17,
      buildTime: 6,
    });
  });

  it.each(["now", "-1", "1e9", "12.5", "9".repeat(16)])("refuses SOURCE_DATE_EPOCH=%s", (text) => {
    expect(() => timeSettings({}, text)).toThrow("SOURCE_DATE_EPOCH");
  });
});
