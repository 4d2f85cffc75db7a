import { FeatureIncompat, type Superblock } from "@erofs/format";

/** What of the host decides whether its kernel mounts an image. */
export interface MountHost {
  /** Whether this is Linux, with its system calls within reach. */
  readonly hasCalls: boolean;
  readonly isRoot: boolean;
  /** Bytes of a page of memory. */
  readonly pageSize: number;
}

/** Why the kernel's own EROFS would not mount an image, known before it is asked; undefined when it may. */
export function kernelObstacle(superblock: Superblock, host: MountHost): string | undefined {
  const blockSize = 2 ** superblock.blockSizeBits;
  if (!host.hasCalls) return "no system calls of Linux here";
  if (!host.isRoot) return "only root may";
  if (blockSize > host.pageSize)
    return `it has blocks of ${blockSize} bytes, the kernel takes up to ${host.pageSize}`;
  if ((superblock.featureIncompat & FeatureIncompat.privateAlgorithm) !== 0) {
    return "it has a private algorithm";
  }
  return undefined;
}
