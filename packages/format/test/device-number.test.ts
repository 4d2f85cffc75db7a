import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BuildError, decodeDevice, encodeDevice } from "../src/index.ts";

test.each([
  [1, 3, 0x103],
  [259, 70000, 0x11110370],
  [4095, 1048575, 0xffffffff],
  [0, 0, 0],
])("device %i:%i", (major, minor, value) => {
  expect(encodeDevice(major, minor)).toBe(value);
  expect(decodeDevice(value)).toEqual({ major, minor });
});

test("every device comes back", () => {
  fc.assert(
    fc.property(fc.nat(4095), fc.nat(1048575), (major, minor) => {
      expect(decodeDevice(encodeDevice(major, minor))).toEqual({ major, minor });
    }),
  );
});

test.each([
  [4096, 0],
  [0, 1048576],
  [-1, 0],
  [0, Number.NaN],
])("device %i:%i does not fit", (major, minor) => {
  expect(() => encodeDevice(major, minor)).toThrow(BuildError);
});
