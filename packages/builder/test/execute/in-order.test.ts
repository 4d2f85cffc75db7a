import { describe, expect, it } from "vitest";
import { inOrder } from "../../src/execute/in-order.ts";

describe("inOrder", () => {
  it("uses results in the order of the items, whoever is faster, with a bounded number under way", async () => {
    let underWay = 0;
    let most = 0;
    const used: number[] = [];
    await inOrder(
      [30, 1, 20, 2, 10, 3],
      { count: 3 },
      async (delay) => {
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setTimeout(resolve, delay));
        underWay--;
        return delay;
      },
      (result) => void used.push(result),
    );
    expect(used).toEqual([30, 1, 20, 2, 10, 3]);
    expect(most).toBe(3);
  });

  it("has less under way where items are heavy, but always one", async () => {
    const loads: number[][] = [];
    const underWay: number[] = [];
    await inOrder(
      [1, 1, 1, 1, 9, 2, 3],
      { count: 3, weight: 5, weightOf: (weight) => weight },
      async (weight) => {
        underWay.push(weight);
        loads.push([...underWay]);
        return weight;
      },
      (weight) => void underWay.splice(underWay.indexOf(weight), 1),
    );
    expect(loads).toEqual([[1], [1, 1], [1, 1, 1], [1, 1, 1], [9], [2], [2, 3]]);
  });

  it("waits for an older job while a younger one has failed", async () => {
    const work = inOrder(
      [30, 1],
      { count: 3 },
      async (delay) => {
        await new Promise((resolve) => setTimeout(resolve, delay));
        if (delay === 1) throw new Error("the younger one");
        return delay;
      },
      () => {},
    );
    await expect(work).rejects.toThrow("the younger one");
  });

  it("ends with the first failure and leaves none of the others unhandled", async () => {
    const work = inOrder(
      [1, 2, 3],
      { count: 3 },
      async (item) => {
        throw new Error(`item ${item}`);
      },
      () => {},
    );
    await expect(work).rejects.toThrow("item 1");
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
});
