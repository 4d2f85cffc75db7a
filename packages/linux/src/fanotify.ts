import { closeSync, fstatSync, readlinkSync, readSync } from "node:fs";
import { lazy, libcFunction, systemError } from "./libc.ts";
import { textArgument } from "./text-argument.ts";

const FAN_CLOEXEC = 1;
const FAN_NONBLOCK = 2;
const FAN_UNLIMITED_QUEUE = 0x10;
const O_CLOEXEC = 0x8_0000;

const FAN_MARK_ADD = 1;
const FAN_MARK_MOUNT = 0x10;
const AT_FDCWD = -100;

const FAN_ACCESS = 1;
const FAN_OPEN = 0x20;
const FAN_Q_OVERFLOW = 0x4000;

/** Bytes of `struct fanotify_event_metadata`: length, version, mask, descriptor, process. */
const EVENT_SIZE = 24;
const BUFFER_SIZE = 256 * EVENT_SIZE;

const calls = lazy(() => ({
  init: libcFunction("fanotify_init", "int", ["uint", "uint"]),
  mark: libcFunction("fanotify_mark", "int", ["int", "uint", "ulong", "int", "const void *"]),
}));

/** What was seen since the last look. */
export interface SeenFiles {
  /** Regular files that were opened or read, in order, as often as they were. Byte strings, as this process sees them. */
  readonly paths: readonly string[];
  /** Whether the kernel forgot some, because they were too many. */
  readonly lost: boolean;
}

/** Sees which files of one mount are opened and read, by any process but this one (fanotify). */
export class FileWatch {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(BUFFER_SIZE);

  /** Watches the mount that `path` is in. @throws SystemError EPERM without CAP_SYS_ADMIN, ENOSYS, ENOENT */
  constructor(path: string) {
    this.#fd = calls().init(FAN_CLOEXEC | FAN_NONBLOCK | FAN_UNLIMITED_QUEUE, O_CLOEXEC);
    if (this.#fd < 0) throw systemError("fanotify_init");
    const target = textArgument(path, "fanotify_mark");
    const marked = calls().mark(
      this.#fd,
      FAN_MARK_ADD | FAN_MARK_MOUNT,
      FAN_ACCESS | FAN_OPEN,
      AT_FDCWD,
      target,
    );
    if (marked === 0) return;
    const error = systemError("fanotify_mark", path);
    closeSync(this.#fd);
    throw error;
  }

  /** What was seen since the last look. Does not wait. The kernel keeps an open file for each until then. */
  look(): SeenFiles {
    const paths: string[] = [];
    let lost = false;
    for (let length = this.#read(); length > 0; length = this.#read()) {
      for (let at = 0; at + EVENT_SIZE <= length; at += this.#buffer.readUInt32LE(at)) {
        if ((this.#buffer.readUInt32LE(at + 8) & FAN_Q_OVERFLOW) !== 0) lost = true;
        const fd = this.#buffer.readInt32LE(at + 16);
        if (fd < 0) continue;
        try {
          const isOwn = this.#buffer.readInt32LE(at + 20) === process.pid;
          if (!isOwn && fstatSync(fd).isFile()) paths.push(readlinkSync(`/proc/self/fd/${fd}`, "latin1"));
        } finally {
          closeSync(fd);
        }
      }
    }
    return { paths, lost };
  }

  close(): void {
    closeSync(this.#fd);
  }

  #read(): number {
    try {
      return readSync(this.#fd, this.#buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
      throw error;
    }
  }
}
