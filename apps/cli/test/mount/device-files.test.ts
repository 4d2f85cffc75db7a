import { describe, expect, it } from "vitest";

import { orderDevices } from "../../src/mount/device-files.ts";

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
    expect(() => orderDevices(["three=a"], ["one", "t\xff"], none)).toThrow("devices 'one', 't\\xff'");
    expect(() => orderDevices(["x=a"], [], none)).toThrow("the image has no devices");
    expect(() => orderDevices(["two=a"], ["one", "two"], none)).toThrow("'one' is not given");
    expect(() => orderDevices(["one=a", "b", "c"], ["one", "two"], none)).toThrow(
      "has 2 devices, 3 are given",
    );
  });
});
