import { createKernels } from "@erofs/core";
import { describe, expect, it } from "vitest";
import { ClusterRing } from "../../src/clusters/cluster-ring.ts";
import { seededRandom } from "../support/random.ts";

const part = { device: 0, physical: 5, stored: 1, algorithm: 0, length: 1, partial: true };

describe("ClusterRing", () => {
  it("only finds clusters that nothing has overwritten", () => {
    const ring = new ClusterRing(createKernels({ pages: 1 }), 100_000);
    const random = seededRandom(1);
    /** Everything handed out, the last one last. */
    const handedOut: { physical: number; address: number; length: number }[] = [];
    let found = 0;
    for (let i = 0; i < 5000; i++) {
      const length = 1 + Math.floor(random() ** 3 * 60_000);
      const address = ring.allocate(length);
      const physical = Math.floor(random() * 300);
      // A cluster that does not decode is not remembered, and leaves a gap.
      if (random() < 0.9) ring.remember({ ...part, address, length, physical });
      handedOut.push({ physical, address, length });
      for (let probe = 0; probe < 300; probe += 7) {
        const cluster = ring.find({ ...part, physical: probe });
        if (cluster === undefined) continue;
        found++;
        const origin = handedOut.findLastIndex(
          (each) => each.physical === probe && each.address === cluster.address,
        );
        const overwritten = handedOut
          .slice(origin + 1)
          .some(
            (each) =>
              each.address < cluster.address + cluster.length && each.address + each.length > cluster.address,
          );
        expect(overwritten).toBe(false);
      }
    }
    expect(found).toBeGreaterThan(1000);
  });

  it("puts what was reserved side by side", () => {
    const ring = new ClusterRing(createKernels({ pages: 1 }), 1000);
    ring.allocate(700);
    ring.reserve(600);
    const first = ring.allocate(300);
    expect(ring.allocate(300)).toBe(first + 300);
  });

  it("grows for a cluster larger than itself", () => {
    const ring = new ClusterRing(createKernels({ pages: 1 }), 1000);
    ring.remember({ ...part, address: ring.allocate(10), length: 10 });
    const address = ring.allocate(12 << 20);
    expect(ring.bytes.length).toBeGreaterThanOrEqual(address + (12 << 20));
    expect(ring.find(part)).toBeUndefined();
  });

  it("wants the same cluster, not only the same place", () => {
    const ring = new ClusterRing(createKernels({ pages: 1 }), 1000);
    const known = { ...part, length: 10, stored: 2 };
    ring.remember({ ...known, address: ring.allocate(10) });
    expect(ring.find(known)).toBeDefined();
    expect(ring.find({ ...known, length: 9 })).toBeDefined();
    const others = [{ device: 1 }, { stored: 3 }, { algorithm: 1 }, { length: 11 }, { partial: false }];
    for (const other of others) expect(ring.find({ ...known, ...other })).toBeUndefined();
  });

  it("wants whole clusters where they are wanted whole", () => {
    const ring = new ClusterRing(createKernels({ pages: 1 }), 1000);
    const whole = { ...part, length: 10, partial: false };
    ring.remember({ ...whole, address: ring.allocate(10) });
    expect(ring.find(whole)).toBeDefined();
    expect(ring.find({ ...whole, length: 9, partial: true })).toBeDefined();
    expect(ring.find({ ...whole, length: 9 })).toBeUndefined();
  });

  it("can be made smaller and larger between allocations", () => {
    const grown: number[] = [];
    const kernels = createKernels({ pages: 1 });
    const ring = new ClusterRing(kernels, 100_000, (memory) => grown.push(memory.length));
    const keep = (physical: number) =>
      ring.remember({ ...part, physical, length: 1000, address: ring.allocate(1000) });
    const isKept = (physical: number) => ring.find({ ...part, physical }) !== undefined;
    for (let i = 0; i < 50; i++) keep(i);
    ring.resize(10_000);
    expect(isKept(49)).toBe(false);
    for (let i = 0; i < 15; i++) keep(i);
    expect([4, 5, 14].map(isKept)).toEqual([false, true, true]);
    ring.resize(4 << 20);
    expect(isKept(14)).toBe(true);
    // The head goes on to the new end and comes round to what it had left behind.
    for (let i = 100; i < 4000; i++) keep(i);
    expect([5, 14, 100, 3999].map(isKept)).toEqual([false, true, true, true]);
    for (let i = 4000; i < 5000; i++) keep(i);
    expect([14, 100, 3999, 4999].map(isKept)).toEqual([false, false, true, true]);
    expect(grown.at(-1)).toBe(kernels.memory.buffer.byteLength);
    expect(grown.length).toBe(2);
  });
});
