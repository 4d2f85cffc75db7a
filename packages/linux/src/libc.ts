import { createRequire } from "node:module";
import { endianness } from "node:os";
import { getSystemErrorMap, getSystemErrorName } from "node:util";

/** A C function: addresses and integers in, an integer out. */
export type SystemCall = (...args: readonly (number | Uint8Array)[]) => number;

/** The part of the FFI library that is used here. */
interface Koffi {
  load(path: null): { func(name: string, result: string, args: string[]): SystemCall };
  alloc(type: string, length: number): bigint;
  view(address: bigint, length: number): ArrayBuffer;
  errno(): number;
}

/** An error of a system call, shaped like the ones that `node:fs` throws. */
export interface SystemError extends Error {
  /** The errno's name, "ENOENT". */
  readonly code: string;
  /** Negative errno, as in Node's own errors. */
  readonly errno: number;
  readonly syscall: string;
  readonly path?: string;
}

/** Whether this process runs on Linux. */
export const isLinux = process.platform === "linux";

/**
 * The structures here (`struct statx`, `struct timespec`, `struct linux_dirent64`) are read as 64-bit
 * little-endian, which is what all Linux builds of Node but s390x, ppc64 and 32-bit ARM are.
 */
const knownAbi =
  isLinux && endianness() === "LE" && ["x64", "arm64", "riscv64", "loong64"].includes(process.arch);

let loaded: { koffi: Koffi; library: ReturnType<Koffi["load"]> } | undefined;
let loadFailure: unknown;

/** Loads the FFI library. It takes 15 ms, so nothing does so at import. */
function load(): { koffi: Koffi; library: ReturnType<Koffi["load"]> } {
  if (loaded !== undefined) return loaded;
  if (loadFailure === undefined) {
    if (!knownAbi) loadFailure = new Error(`no system calls on ${process.platform} ${process.arch}`);
    else {
      try {
        const koffi = createRequire(import.meta.url)("koffi") as Koffi;
        loaded = { koffi, library: koffi.load(null) };
        return loaded;
      } catch (error) {
        loadFailure = error;
      }
    }
  }
  const reason = loadFailure instanceof Error ? loadFailure.message : String(loadFailure);
  throw Object.assign(new Error(`ENOSYS: Linux system calls are not available here: ${reason}`), {
    code: "ENOSYS",
    errno: -38,
    syscall: "dlopen",
    cause: loadFailure,
  });
}

/**
 * Whether the functions of this package work: on Linux, where the FFI library loads.
 * Where they do not, every one of them throws an error with the code ENOSYS.
 */
export function available(): boolean {
  if (!knownAbi) return false;
  try {
    load();
    return true;
  } catch {
    return false;
  }
}

/** A value made on first use. */
export function lazy<T>(make: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= make());
}

/** A function of the C library. Types are koffi's: "int", "uint", "long", "size_t", "uintptr_t", "const void *". */
export function libcFunction(name: string, result: string, args: string[]): SystemCall {
  return load().library.func(name, result, args);
}

/** errno of this thread, as the last call left it. */
export function lastErrno(): number {
  return load().koffi.errno();
}

/** The name of an errno: `errnoName(2)` is "ENOENT". */
export function errnoName(errno: number): string {
  return getSystemErrorName(-errno);
}

/** What Node, which knows the errors of all systems, does not. */
const linuxErrors: Readonly<Record<number, readonly [string, string]>> = {
  15: ["ENOTBLK", "block device required"],
};

/** An error for a failed call: of the last call of this thread, unless `errno` (positive) says otherwise. */
export function systemError(syscall: string, path?: string, errno: number = lastErrno()): SystemError {
  const [code, text] = getSystemErrorMap().get(-errno) ??
    linuxErrors[errno] ?? [`E${errno}`, "unknown error"];
  const where = path === undefined ? "" : ` '${path}'`;
  return Object.assign(new Error(`${code}: ${text}, ${syscall}${where}`), {
    code,
    errno: -errno,
    syscall,
    ...(path === undefined ? {} : { path }),
  });
}

/** Memory outside of the JavaScript heap, with an address that does not move. Never freed: for scratch space. */
export interface Scratch {
  readonly address: number;
  readonly bytes: Buffer;
  readonly words: Uint32Array;
}

/** Addresses that are multiples of this begin a page on every Linux. */
const LARGEST_PAGE = 65_536;

/**
 * Allocates scratch space of `size` bytes, a multiple of 4.
 * @param pageAt a byte of it, a multiple of 16, that is to begin a page of memory: the kernel copies page by page
 */
export function allocateScratch(size: number, pageAt?: number): Scratch {
  const { koffi } = load();
  const spare = pageAt === undefined ? 0 : LARGEST_PAGE;
  const allocated = koffi.alloc("char", size + spare);
  const page = BigInt(LARGEST_PAGE);
  const behindPage = pageAt === undefined ? 0n : (allocated + BigInt(pageAt)) % page;
  const address = allocated + ((page - behindPage) % page);
  const memory = koffi.view(address, size);
  return { address: Number(address), bytes: Buffer.from(memory), words: new Uint32Array(memory) };
}
