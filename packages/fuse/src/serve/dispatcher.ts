import { constants } from "node:os";
import { errnoOf } from "../errno.ts";
import type { Caller, DirectoryEntry, FileSystem, OpenFile } from "../file-system.ts";
import { MAX_READ } from "../protocol/init.ts";
import { DirectoryReply } from "../protocol/directory-reply.ts";
import { Opcode } from "../protocol/opcode.ts";
import { OUT_HEADER_SIZE, type Reply } from "../protocol/reply.ts";
import { IN_HEADER_SIZE, type Request } from "../protocol/request.ts";

const { EINVAL, EIO, ENODATA, ENOSYS, ENXIO, ERANGE } = constants.errno;
const EUCLEAN = 117;

/** In place of a reply's size; no errno is that large. */
const NO_REPLY = -65536;

const FOPEN_DIRECT_IO = 1;
const FOPEN_KEEP_CACHE = 2;
const FOPEN_CACHE_DIR = 8;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;
/** `XATTR_LIST_MAX` and `XATTR_SIZE_MAX`. */
const MAX_XATTR = 65536;
/** Of `struct fuse_batch_forget_in` and `struct fuse_forget_one`. */
const BATCH_HEADER_SIZE = 8;
const FORGET_SIZE = 16;

/** No reply is longer. */
export const REPLY_SIZE = OUT_HEADER_SIZE + MAX_READ;

/** Told of errors that say nothing to the kernel but EIO. */
export type OnFault = (fault: {
  readonly opcode: number;
  readonly node: number;
  readonly error: unknown;
}) => void;

const emptyStatistics = {
  blocks: 0,
  freeBlocks: 0,
  files: 0,
  freeFiles: 0,
  blockSize: 4096,
  nameLength: 255,
};

/** Has a file system answer requests. */
export class Dispatcher {
  readonly #fileSystem: FileSystem;
  readonly #request: Request;
  readonly #reply: Reply;
  readonly #onFault: OnFault;

  /** @param reply of `REPLY_SIZE` bytes */
  constructor(fileSystem: FileSystem, request: Request, reply: Reply, onFault: OnFault) {
    this.#fileSystem = fileSystem;
    this.#request = request;
    this.#reply = reply;
    this.#onFault = onFault;
  }

  /** Answers the request that has been read. Returns the reply's bytes, 0 when there is to be none. */
  handle(): number {
    const request = this.#request;
    const { opcode } = request;
    let size: number;
    try {
      size = this.#answer(opcode, request);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined || errno === EIO || errno === EUCLEAN) {
        this.#onFault({ opcode, node: request.node, error });
      }
      size = -(errno ?? EIO);
    }
    if (size === NO_REPLY) return 0;
    const length = size < 0 ? OUT_HEADER_SIZE : size;
    this.#reply.header(length, size < 0 ? size : 0, request.uniqueLow, request.uniqueHigh);
    return length;
  }

  /** Bytes of the reply with its header, a negative errno, or `NO_REPLY`. */
  #answer(opcode: number, request: Request): number {
    const reply = this.#reply;
    const fileSystem = this.#fileSystem;
    const caller: Caller = request;
    const { node } = request;
    switch (opcode) {
      case Opcode.lookup: {
        const found = fileSystem.lookup(node, request.text(0), caller);
        if (found === undefined) return OUT_HEADER_SIZE + reply.noEntry(OUT_HEADER_SIZE, true);
        return OUT_HEADER_SIZE + reply.entry(OUT_HEADER_SIZE, found.node, found.attributes);
      }
      case Opcode.getattr:
        return OUT_HEADER_SIZE + reply.attributes(OUT_HEADER_SIZE, fileSystem.attributes(node, caller));
      case Opcode.read: {
        const length = Math.min(request.u32(16), MAX_READ);
        return (
          OUT_HEADER_SIZE + fileSystem.read(node, request.u64(8), reply.body(length), request.u64(0), caller)
        );
      }
      case Opcode.readdir:
      case Opcode.readdirplus:
        return this.#readdir(node, opcode === Opcode.readdirplus, caller);
      default:
        return this.#answerOther(opcode, request);
    }
  }

  /**
   * The same for what is asked less often: V8 gives up what it has compiled at the first request of a kind that it has not
   * seen, and that is not to be the code for all of them.
   */
  #answerOther(opcode: number, request: Request): number {
    const reply = this.#reply;
    const fileSystem = this.#fileSystem;
    const caller: Caller = request;
    const { node } = request;
    switch (opcode) {
      case Opcode.readlink: {
        if (fileSystem.readlink === undefined) return -EINVAL;
        return OUT_HEADER_SIZE + reply.text(OUT_HEADER_SIZE, fileSystem.readlink(node, caller));
      }
      case Opcode.getxattr: {
        if (fileSystem.xattr === undefined) return -ENOSYS;
        const value = fileSystem.xattr(node, request.text(8), caller);
        if (value === undefined) return -ENODATA;
        return this.#sized(value.length, (at) => reply.bytes.set(value, at));
      }
      case Opcode.listxattr: {
        if (fileSystem.xattrNames === undefined) return -ENOSYS;
        const names = fileSystem
          .xattrNames(node, caller)
          .map((name) => `${name}\0`)
          .join("");
        return this.#sized(names.length, (at) => void reply.text(at, names));
      }
      case Opcode.open:
        if (fileSystem.open === undefined) return -ENOSYS;
        return this.#opened(fileSystem.open(node, request.u32(0), caller), FOPEN_KEEP_CACHE);
      case Opcode.opendir:
        if (fileSystem.opendir === undefined) return -ENOSYS;
        return this.#opened(
          fileSystem.opendir(node, request.u32(0), caller),
          FOPEN_KEEP_CACHE | FOPEN_CACHE_DIR,
        );
      case Opcode.release:
        fileSystem.release?.(node, request.u64(0));
        return OUT_HEADER_SIZE;
      case Opcode.releasedir:
        fileSystem.releasedir?.(node, request.u64(0));
        return OUT_HEADER_SIZE;
      case Opcode.lseek: {
        if (fileSystem.seek === undefined) return -ENOSYS;
        const whence = request.u32(16);
        if (whence !== SEEK_DATA && whence !== SEEK_HOLE) return -EINVAL;
        const name = whence === SEEK_DATA ? "data" : "hole";
        const found = fileSystem.seek(node, request.u64(8), name, request.u64(0));
        if (found === undefined) return -ENXIO;
        reply.u64(OUT_HEADER_SIZE, found);
        return OUT_HEADER_SIZE + 8;
      }
      case Opcode.statfs: {
        const statistics = fileSystem.statistics?.(caller) ?? emptyStatistics;
        return OUT_HEADER_SIZE + reply.statistics(OUT_HEADER_SIZE, statistics);
      }
      case Opcode.forget:
        fileSystem.forget?.(node, request.u64(0));
        return NO_REPLY;
      case Opcode.batchForget:
        if (fileSystem.forget !== undefined) this.#forgetMany(request);
        return NO_REPLY;
      case Opcode.interrupt:
        // Whatever it is that is to be interrupted: it has been answered, or is when its turn comes.
        return NO_REPLY;
      case Opcode.destroy:
        return OUT_HEADER_SIZE;
      default:
        return -ENOSYS;
    }
  }

  #readdir(directory: number, withEntries: boolean, caller: Caller): number {
    const request = this.#request;
    const size = Math.min(request.u32(16), MAX_READ);
    const list = new DirectoryReply(
      this.#reply,
      size,
      withEntries ? (at, entry) => this.#writeEntry(at, directory, entry, caller) : undefined,
    );
    const position = request.u64(8);
    try {
      this.#fileSystem.readdir(directory, position, (entry) => list.add(entry), request.u64(0), caller);
    } catch (error) {
      // What comes before a fault can be listed. The next request begins with it.
      if (list.isEmpty) throw error;
    }
    return list.length;
  }

  /** What an entry of a listing leads to. If that fails, the kernel asks when it is needed and gets the error then. */
  #writeEntry(at: number, directory: number, { name, node }: DirectoryEntry, caller: Caller): void {
    const fileSystem = this.#fileSystem;
    try {
      if (fileSystem.forget === undefined) {
        this.#reply.entry(at, node, fileSystem.attributes(node, caller));
        return;
      }
      const found = fileSystem.lookup(directory, name, caller);
      if (found !== undefined) {
        this.#reply.entry(at, found.node, found.attributes);
        return;
      }
    } catch {
      // As below.
    }
    this.#reply.noEntry(at, false);
  }

  /** An extended attribute or a list of them: its size where 0 bytes are asked for, else as a whole. */
  #sized(length: number, write: (at: number) => void): number {
    const asked = this.#request.u32(0);
    if (asked === 0) {
      this.#reply.u32(OUT_HEADER_SIZE, length);
      this.#reply.u32(OUT_HEADER_SIZE + 4, 0);
      return OUT_HEADER_SIZE + 8;
    }
    if (length > asked || length > MAX_XATTR) return -ERANGE;
    write(OUT_HEADER_SIZE);
    return OUT_HEADER_SIZE + length;
  }

  #opened({ handle, keepCache = true, directIo = false }: OpenFile, keeping: number): number {
    this.#reply.u64(OUT_HEADER_SIZE, handle);
    this.#reply.u32(OUT_HEADER_SIZE + 8, (keepCache ? keeping : 0) | (directIo ? FOPEN_DIRECT_IO : 0));
    this.#reply.u32(OUT_HEADER_SIZE + 12, 0);
    return OUT_HEADER_SIZE + 16;
  }

  #forgetMany(request: Request): void {
    const room = Math.floor((request.length - IN_HEADER_SIZE - BATCH_HEADER_SIZE) / FORGET_SIZE);
    const count = Math.min(request.u32(0), room);
    for (let i = 0; i < count; i++) {
      const at = BATCH_HEADER_SIZE + i * FORGET_SIZE;
      this.#fileSystem.forget?.(request.u64(at), request.u64(at + 8));
    }
  }
}
