import { closeSync, openSync } from "node:fs";
import { allocateScratch, lastErrno, lazy, libcFunction, systemError } from "./libc.ts";

const LOOP_CTL_GET_FREE = 0x4c82;
const LOOP_CONFIGURE = 0x4c0a;
const EBUSY = 16;

const LO_FLAGS_READ_ONLY = 1;
const LO_FLAGS_AUTOCLEAR = 4;

/** `struct loop_config`: fd u32, block size u32, `struct loop_info64` (232 bytes), 64 reserved bytes. */
const CONFIG_SIZE = 304;
const INFO = 8;
/** Places in `struct loop_info64`. */
const LO_OFFSET = INFO + 24;
const LO_FLAGS = INFO + 52;
const LO_FILE_NAME = INFO + 56;
const LO_NAME_SIZE = 64;

/** Others may be quicker to take a free device, time and again. */
const ATTEMPTS = 16;

const calls = lazy(() => ({
  ioctl: libcFunction("ioctl", "int", ["int", "ulong", "uintptr_t"]),
  config: allocateScratch(CONFIG_SIZE),
}));

/** A loop device that goes when its descriptor is closed and nothing is mounted from it. */
export interface LoopDevice {
  /** "/dev/loop0" */
  readonly path: string;
  /** The caller's to close. */
  readonly fd: number;
}

/**
 * Makes a file a read-only block device (Linux 5.8 or newer).
 * @param fd of the file, not needed afterwards
 * @param name what `losetup` is to show in the place of a name that it cannot find out
 * @param offset where in the file the device begins, a multiple of 512
 * @throws SystemError EACCES or EPERM for those who may not, ENOENT without a loop driver or its nodes in /dev
 */
export function attachLoop(fd: number, name: string, offset = 0): LoopDevice {
  const { ioctl, config } = calls();
  const control = openSync("/dev/loop-control", "r+");
  try {
    for (let attempt = 1; ; attempt++) {
      const index = ioctl(control, LOOP_CTL_GET_FREE, 0);
      if (index < 0) throw systemError("ioctl", "/dev/loop-control");
      const path = `/dev/loop${index}`;
      const device = openSync(path, "r");
      fillConfig(config.bytes, fd, name, offset);
      if (ioctl(device, LOOP_CONFIGURE, config.address) === 0) return { path, fd: device };
      const errno = lastErrno();
      closeSync(device);
      if (errno !== EBUSY || attempt === ATTEMPTS) throw systemError("ioctl", path, errno);
    }
  } finally {
    closeSync(control);
  }
}

function fillConfig(bytes: Buffer, fd: number, name: string, offset: number): void {
  bytes.fill(0);
  bytes.writeUInt32LE(fd, 0);
  bytes.writeBigUInt64LE(BigInt(offset), LO_OFFSET);
  bytes.writeUInt32LE(LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR, LO_FLAGS);
  bytes.write(name.slice(0, LO_NAME_SIZE - 1), LO_FILE_NAME, "latin1");
}
