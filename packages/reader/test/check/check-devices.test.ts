import { checkSync, memorySource } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { withDevices } from "../support/device-image.ts";

/** Where the table stands in the image of `withDevices`. */
const TABLE = 1280;

function faults(bytes: Uint8Array, devices: readonly Uint8Array[]): string[] {
  const report = checkSync(memorySource(bytes), { devices: devices.map((each) => memorySource(each)) });
  return report.faults.map(({ code, offset, message }) => `${code} at ${offset}: ${message}`);
}

describe("a check of the device table", () => {
  const { bytes, first, second } = withDevices();

  it("finds nothing where devices have what their slots say", () => {
    expect(faults(bytes, [first, second])).toEqual([]);
  });

  it("finds a device that is shorter", () => {
    expect(faults(bytes, [first, second.subarray(0, 16_383)])[0]).toBe(
      `superblock at ${TABLE + 128}: device 2 (without a tag) has 16383 bytes, its slot says 16384`,
    );
  });

  it("finds devices that claim the same unified blocks, and tells them by their tags", () => {
    const damaged = bytes.slice();
    new DataView(damaged.buffer, damaged.byteOffset).setUint32(TABLE + 128 + 68, 103, true);
    damaged.set(Buffer.from("blob"), TABLE);
    expect(faults(damaged, [first, second])).toContain(
      `superblock at ${TABLE + 128}: device 2 (without a tag) begins at unified block 103, where device 1 (tag blob) goes up to 104`,
    );
  });
});
