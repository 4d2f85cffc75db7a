import { describe, expect, it } from "vitest";
import { PageCache } from "../src/page-cache.ts";
import { type Reading, runSync } from "../src/reading.ts";
import { memorySource, type SyncSource } from "../src/index.ts";
import { noise, seededRandom } from "./support/random.ts";

/** A source that counts what is asked of it. */
function counting(bytes: Uint8Array): SyncSource & { reads: number } {
  const source = memorySource(bytes);
  const counted = {
    ...source,
    reads: 0,
    read(offset: number, target: Uint8Array) {
      counted.reads++;
      source.read(offset, target);
    },
  };
  return counted;
}

describe("PageCache", () => {
  const devices = [noise(100_001, 1), noise(5000, 2)];
  const sizes = devices.map(({ length }) => length);

  it("gives any range of any device", () => {
    const cache = new PageCache(sizes, 4096, 40_000);
    const sources = devices.map(memorySource);
    const random = seededRandom(1);
    for (let i = 0; i < 3000; i++) {
      const device = random() < 0.7 ? 0 : 1;
      const bytes = devices[device] as Uint8Array;
      const offset = Math.floor(random() * bytes.length);
      const length = Math.floor(random() ** 3 * (bytes.length - offset));
      const found =
        cache.peek(device, offset, length) ?? runSync(cache.read(device, offset, length), sources);
      expect(Buffer.compare(found, bytes.subarray(offset, offset + length))).toBe(0);
    }
  });

  it("asks once for what it keeps, and forgets what was used least", () => {
    const source = counting(devices[0] as Uint8Array);
    const cache = new PageCache(sizes, 4096, 4 * 4096);
    const run = <T>(reading: Reading<T>) => runSync(reading, [source]);
    for (const page of [0, 1, 2, 3, 0, 4, 0]) run(cache.read(0, page * 4096 + 5, 10));
    expect(source.reads).toBe(5);
    expect(cache.peek(0, 4096, 1)).toBeUndefined();
    expect(cache.peek(0, 8192, 1)).toBeDefined();
    run(cache.read(0, 4096, 1));
    expect(source.reads).toBe(6);
  });

  it("keeps more or less from when it is told so", () => {
    const cache = new PageCache(sizes, 4096, 10 * 4096);
    const run = <T>(reading: Reading<T>) => runSync(reading, devices.map(memorySource));
    const kept = () =>
      Array.from({ length: 20 }, (_, i) => cache.peek(0, i * 4096, 1)).filter(Boolean).length;
    for (let i = 0; i < 20; i++) run(cache.read(0, i * 4096, 1));
    expect(kept()).toBe(10);
    cache.resize(5 * 4096);
    expect(kept()).toBe(5);
    cache.resize(12 * 4096);
    for (let i = 0; i < 20; i++) run(cache.read(0, i * 4096, 1));
    expect(kept()).toBe(12);
  });

  it("uses the memory of forgotten pages again, once it may", () => {
    const bytes = devices[0] as Uint8Array;
    const cache = new PageCache(sizes, 4096, 4 * 4096);
    const run = <T>(reading: Reading<T>) => runSync(reading, [memorySource(bytes)]);
    const held = run(cache.read(0, 5, 10));
    for (let page = 1; page < 8; page++) run(cache.read(0, page * 4096, 1));
    expect(cache.peek(0, 5, 10)).toBeUndefined();
    expect([...held]).toEqual([...bytes.subarray(5, 15)]);
    cache.recycle();
    const memory = new Set<ArrayBufferLike>();
    for (let page = 8; page < 12; page++) memory.add(run(cache.read(0, page * 4096, 1)).buffer);
    expect(memory).toContain(held.buffer);
    for (let page = 8; page < 12; page++) {
      const offset = page * 4096 + 100;
      expect([...(cache.peek(0, offset, 50) as Uint8Array)]).toEqual([
        ...bytes.subarray(offset, offset + 50),
      ]);
    }
  });

  it("refuses ranges behind the end", () => {
    const cache = new PageCache(sizes, 4096, 40_000);
    for (const [device, offset, length] of [
      [0, 100_000, 2],
      [1, 4096, 5000],
      [1, 2 ** 52, 1],
      [2, 0, 1],
    ] as const) {
      expect(() => runSync(cache.read(device, offset, length), [])).toThrow(
        expect.objectContaining({ code: "EUCLEAN" }),
      );
    }
  });
});
