import type { DeviceSlot } from "@erofs/format";
import { describe, expect, it } from "vitest";

import { orderDevices, requireDevices } from "../../src/mount/device-files.ts";

const none = (): boolean => false;

describe("orderDevices", () => {
  it("leaves files without a tag in their order, however many", () => {
    expect(orderDevices(["a", "b"], [], none)).toEqual(["a", "b"]);
    expect(orderDevices([], ["one", "two"], none)).toEqual([]);
  });

  it("puts files to their tags, and the others to what is left", () => {
    expect(orderDevices(["two=b", "one=a"], ["one", "two"], none)).toEqual(["a", "b"]);
    expect(orderDevices(["a", "two=b=c", "d"], ["one", "two", ""], none)).toEqual(["a", "b=c", "d"]);
    expect(orderDevices(["t=a", "t=b"], ["t", "t"], none)).toEqual(["a", "b"]);
  });

  it("takes a file for a file, though there is a '=' in its name", () => {
    expect(orderDevices(["one=a"], ["one"], (path) => path === "one=a")).toEqual(["one=a"]);
  });

  it("says which device is unknown, missing or too much", () => {
    expect(() => orderDevices(["three=a"], ["one", "t\xff"], none)).toThrow("the image has 'one', 't\\xff'");
    expect(() => orderDevices(["x=a"], [], none)).toThrow("the image has none");
    expect(() => orderDevices(["x=a"], [""], none)).toThrow("those of the image have no names");
    expect(() => orderDevices(["two=a"], ["one", "two"], none)).toThrow("'one' is not given");
    expect(() => orderDevices(["one=a", "b", "c"], ["one", "two"], none)).toThrow(
      "has 2 devices, 3 are given",
    );
  });
});

describe("requireDevices", () => {
  const slot = (unifiedBlock: number): DeviceSlot => ({ tag: "", blockCount: 1, unifiedBlock });

  it("wants devices for data that are nowhere else", () => {
    expect(() => requireDevices([slot(0)], 0, 4096, 4096)).toThrow(
      "data on 1 extra device, which option '--device'",
    );
    expect(() => requireDevices([slot(1), slot(2)], 0, 8192, 4096)).toThrow("2 extra devices");
    expect(() => requireDevices([slot(0)], 1, 4096, 4096)).not.toThrow();
    expect(() => requireDevices([slot(1), slot(2)], 0, 12288, 4096)).not.toThrow();
    expect(() => requireDevices([], 0, 4096, 4096)).not.toThrow();
  });
});
