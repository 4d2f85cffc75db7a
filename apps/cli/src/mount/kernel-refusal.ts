import { describe } from "../failure.ts";

const words: Readonly<Record<string, string>> = {
  EPERM: "only root may",
  EACCES: "it may not read the file",
  ENODEV: "it has no EROFS",
  EINVAL: "it does not take the image; dmesg tells more",
  EOPNOTSUPP: "it lacks something that the image needs; dmesg tells more",
  EUCLEAN: "the image is damaged; dmesg tells more",
  EBUSY: "the image or the directory is in use",
  ENOTBLK: "it mounts no files, and there are no loop devices",
};

/** Why the kernel did not mount, in words. */
export function kernelRefusal(error: unknown): string {
  const { code, syscall } = error as { code?: string; syscall?: string };
  const known = code !== undefined && syscall === "mount" ? words[code] : undefined;
  return known ?? describe(error);
}
