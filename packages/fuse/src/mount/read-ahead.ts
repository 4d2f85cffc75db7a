import { writeFileSync } from "node:fs";

/**
 * Sets how far the kernel reads ahead in a mount. Whoever mounts without being root, or where /sys is read-only, keeps
 * what the kernel chose.
 * @param device `st_dev` of what is in the mount
 */
export function setReadAhead(device: number, bytes: number): void {
  const major = (device >>> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >>> 12) & ~0xff);
  try {
    writeFileSync(`/sys/class/bdi/${major}:${minor}/read_ahead_kb`, String(Math.ceil(bytes / 1024)));
  } catch {
    // It is only slower then.
  }
}
