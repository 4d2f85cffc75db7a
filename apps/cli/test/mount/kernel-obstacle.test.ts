import { FeatureIncompat, type Superblock } from "@erofs/format";
import { expect, it } from "vitest";

import { kernelObstacle } from "../../src/mount/kernel-obstacle.ts";

const host = { hasCalls: true, isRoot: true, pageSize: 4096 };

function superblock(blockSizeBits: number, featureIncompat = 0): Superblock {
  return { blockSizeBits, featureIncompat } as Superblock;
}

it("kernelObstacle is what the kernel would stumble over", () => {
  expect(kernelObstacle(superblock(12), host)).toBeUndefined();
  expect(kernelObstacle(superblock(9), host)).toBeUndefined();
  expect(kernelObstacle(superblock(14), { ...host, pageSize: 16384 })).toBeUndefined();
  expect(kernelObstacle(superblock(14), host)).toContain("blocks of 16384 bytes");
  expect(kernelObstacle(superblock(12), { ...host, isRoot: false })).toBe("only root may");
  expect(kernelObstacle(superblock(12), { ...host, hasCalls: false })).toContain("no system calls");
  expect(kernelObstacle(superblock(12, FeatureIncompat.privateAlgorithm), host)).toContain("private");
});
