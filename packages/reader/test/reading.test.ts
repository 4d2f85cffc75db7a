import { describe, expect, it } from "vitest";
import { memorySource } from "../src/index.ts";
import {
  iterateAsync,
  iterateSync,
  type Reading,
  runAsync,
  runSync,
  type Streaming,
} from "../src/reading.ts";
import type { AsyncSource, SyncSource } from "../src/sources/source.ts";

const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
const sources: SyncSource[] = [memorySource(bytes)];
const later: AsyncSource[] = [
  { size: 100, read: async (offset, length) => bytes.slice(offset, offset + length) },
];
const broken: SyncSource[] = [
  {
    size: 100,
    read: () => {
      throw new Error("unplugged");
    },
  },
];
const brokenLater: AsyncSource[] = [{ size: 100, read: () => Promise.reject(new Error("unplugged")) }];

function* sum(target?: Uint8Array): Reading<number> {
  const first = yield { device: 0, offset: 10, length: 2 };
  const place = target === undefined ? {} : { target: () => target };
  const second = yield { device: 0, offset: 20, length: 3, ...place };
  return [...first, ...second].reduce((a, b) => a + b, 0);
}

function* recovering(): Reading<string> {
  try {
    yield { device: 0, offset: 0, length: 1 };
    return "read";
  } catch (error) {
    return (error as Error).message;
  }
}

function* pairs(): Streaming<number> {
  for (let offset = 0; offset < 6; offset += 2) {
    const [a = 0, b = 0] = yield { device: 0, offset, length: 2 };
    yield { item: a + b };
  }
}

describe("drivers", () => {
  it("resume with the bytes asked for", async () => {
    expect(runSync(sum(), sources)).toBe(10 + 11 + 20 + 21 + 22);
    expect(await runAsync(sum(), later)).toBe(10 + 11 + 20 + 21 + 22);
  });

  it("fill the target where there is one", async () => {
    for (const drive of [
      (reading: Reading<number>) => runSync(reading, sources),
      (reading: Reading<number>) => runAsync(reading, later),
    ]) {
      const target = new Uint8Array(3);
      await drive(sum(target));
      expect([...target]).toEqual([20, 21, 22]);
    }
  });

  it("throw a source's error where the bytes were asked for", async () => {
    expect(runSync(recovering(), broken)).toBe("unplugged");
    expect(await runAsync(recovering(), brokenLater)).toBe("unplugged");
    expect(() => runSync(sum(), broken)).toThrow("unplugged");
    await expect(runAsync(sum(), brokenLater)).rejects.toThrow("unplugged");
  });

  it("refuse an asynchronous answer of another length", async () => {
    const short: AsyncSource[] = [{ size: 100, read: () => Promise.resolve(new Uint8Array(1)) }];
    await expect(runAsync(sum(), short)).rejects.toMatchObject({ code: "EIO" });
  });

  it("hand out items one by one", async () => {
    expect([...iterateSync(pairs(), sources)]).toEqual([1, 5, 9]);
    const items: number[] = [];
    for await (const item of iterateAsync(pairs(), later)) items.push(item);
    expect(items).toEqual([1, 5, 9]);
    expect(() => iterateSync(pairs(), broken).next()).toThrow("unplugged");
    await expect(iterateAsync(pairs(), brokenLater).next()).rejects.toThrow("unplugged");
  });
});
