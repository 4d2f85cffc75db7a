import { memorySource } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { covers, recordOf } from "../../src/check/extent-record.ts";
import { Ledger } from "../../src/check/ledger.ts";
import type { Extent } from "../../src/extents/extent.ts";
import type { ImageState } from "../../src/image-state.ts";
import { openState } from "../../src/open-state.ts";
import { runSync } from "../../src/reading.ts";
import { HandImage } from "../support/hand-image.ts";

const whole: Extent = {
  kind: "compressed",
  logical: 0,
  length: 10_000,
  device: 0,
  physical: 8192,
  stored: 4096,
  algorithm: 0,
  partial: false,
};
const part: Extent = { ...whole, length: 9_000, partial: true };
const plain: Extent = { ...whole, kind: "plain", length: 4000 };
const data: Extent = { ...whole, kind: "data", length: 50_000, stored: 50_000 };

function imageOf(sizes: readonly number[]): ImageState {
  const image = new HandImage();
  const root = image.directory([]);
  const bytes = image.build({ rootNid: root });
  const state = runSync(openState([bytes.length], {}), [memorySource(bytes)]);
  return { ...state, devices: { ...state.devices, sizes } };
}

describe("what a record covers", () => {
  const isCovered = (known: Extent, wanted: Extent): boolean =>
    covers(recordOf(known, 0)!, recordOf(wanted, 0)!);

  it.each([
    ["itself", whole, whole],
    ["a part of a whole cluster", whole, part],
    ["a shorter part", part, { ...part, length: 1 }],
    ["what is stored, when shorter", data, { ...data, length: 1, stored: 1 }],
    ["a plain cluster, when shorter", plain, { ...plain, length: 1 }],
  ])("covers %s", (_, known, wanted) => {
    expect(isCovered(known, wanted)).toBe(true);
  });

  it.each([
    ["a whole cluster that is shorter", whole, { ...whole, length: 9_999 }],
    ["a whole cluster by a part as long", { ...part, length: 10_000 }, whole],
    ["a longer part", part, { ...part, length: 9_001 }],
    ["more stored bytes", whole, { ...part, stored: 8192 }],
    ["another algorithm", whole, { ...part, algorithm: 1 }],
    ["a part by a private algorithm", { ...whole, algorithm: 4 }, { ...part, algorithm: 4 }],
    ["another kind", data, { ...data, kind: "plain", length: 1, stored: 1 } as const],
    ["plain and compressed", whole, plain],
    ["plain that takes more blocks", plain, { ...plain, length: 1, stored: 8192 }],
    ["more data", data, { ...data, length: 50_001 }],
  ])("does not cover %s", (_, known, wanted) => {
    expect(isCovered(known, wanted)).toBe(false);
  });

  it("has room for all that maps give, and for nothing else", () => {
    const largest: Extent = { ...whole, length: 12 << 20, stored: 1 << 20, algorithm: 15, partial: true };
    const records = [
      recordOf(largest, 8191),
      recordOf({ ...largest, length: (12 << 20) - 1 }, 8191),
      recordOf({ ...largest, stored: (1 << 20) - 1 }, 8191),
      recordOf({ ...largest, algorithm: 14 }, 8191),
      recordOf({ ...largest, partial: false }, 8191),
      recordOf(largest, 8190),
      recordOf({ ...data, length: 2 ** 48 - 1 }, 8191),
      recordOf({ ...data, length: 1 }, 0),
    ];
    expect(new Set(records).size).toBe(records.length);
    for (const record of records) {
      expect(record).toBeGreaterThan(0n);
      expect(BigInt.asUintN(64, record!)).toBe(record);
      expect(covers(0n, record!)).toBe(false);
    }
    expect(recordOf(largest, 8192)).toBeUndefined();
    expect(recordOf({ ...largest, length: 2 ** 24 }, 0)).toBeUndefined();
    expect(recordOf({ ...largest, stored: (1 << 20) + 1 }, 0)).toBeUndefined();
    expect(recordOf({ ...data, length: 2 ** 48 }, 0)).toBeUndefined();
    expect(recordOf({ ...data, kind: "inline" }, 0)).toBeUndefined();
  });
});

describe("Ledger", () => {
  it("tells devices apart, and what lies beyond the end of one", () => {
    const ledger = Ledger.alone(imageOf([40_960, 40_960]));
    ledger.remember({ ...whole, device: 1 });
    expect(ledger.isSound({ ...whole, device: 1 })).toBe(true);
    expect(ledger.isSound(whole)).toBe(false);
    // The cells of both stand side by side.
    for (const physical of [8192 + 40_960, 2 ** 60, -32_768, Number.NaN]) {
      const beyond = { ...whole, physical };
      expect(ledger.isSound(beyond)).toBe(false);
      ledger.remember(beyond);
      ledger.remember({ ...beyond, device: 1 });
    }
    expect(ledger.isSound({ ...whole, device: 2 })).toBe(false);
    expect(ledger.isSound({ ...whole, physical: 8193, device: 1 })).toBe(false);
  });

  it("is bounded, also for devices larger than can be counted", () => {
    const image = imageOf([2 ** 53]);
    expect(Ledger.share(image).byteLength).toBe(32 << 20);
    const ledger = Ledger.alone(image);
    expect(ledger.hasBudget).toBe(true);
    const far = { ...data, physical: 2 ** 50 };
    ledger.remember(far);
    expect(ledger.isSound(far)).toBe(false);
  });

  it("is common to all who have its memory", () => {
    const image = imageOf([100]);
    const memory = Ledger.share(image);
    const [one, other] = [Ledger.on(memory, image), Ledger.on(memory, image)];
    one.remember({ ...data, physical: 0 });
    expect(other.isSound({ ...data, physical: 0 })).toBe(true);
    const all = (65_536 + 100) * 3072;
    one.spend(all - 1);
    expect(other.hasBudget).toBe(true);
    other.spend(1);
    expect(one.hasBudget).toBe(false);
    one.spend(Number.MAX_SAFE_INTEGER);
    expect(other.hasBudget).toBe(false);
  });
});
