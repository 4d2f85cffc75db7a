import { FileType } from "@erofs/format";
import { createNode, type TreeNode } from "@erofs/tree";
import { describe, expect, it } from "vitest";
import { chooseEpoch, newestTime } from "../../src/plan/epoch.ts";

function at(mtime: number, mtimeNsec = 0): TreeNode {
  return Object.assign(createNode(FileType.regular, 0o644), { mtime, mtimeNsec });
}

describe("chooseEpoch", () => {
  it("takes the most frequent time, nanoseconds included", () => {
    expect(chooseEpoch([at(5), at(7, 9000), at(7, 9000), at(7, 1000)], "auto", false)).toEqual({
      epoch: 7,
      fixedNsec: 9000,
    });
  });

  it("does not depend on the order of equally frequent times", () => {
    const times = [at(9), at(-3, 5), at(9), at(-3, 5)];
    expect(chooseEpoch(times, "auto", false)).toEqual({ epoch: -3, fixedNsec: 5 });
    expect(chooseEpoch(times.toReversed(), "auto", false)).toEqual({ epoch: -3, fixedNsec: 5 });
  });

  it("takes the oldest second for compact inodes only, which count from it", () => {
    expect(chooseEpoch([at(9, 1), at(9, 1), at(4, 2)], "compact", false)).toEqual({ epoch: 4, fixedNsec: 0 });
  });
});

describe("newestTime", () => {
  it("is the newest second", () => {
    expect(newestTime([at(-5), at(3, 999), at(2)])).toBe(3);
  });
});
