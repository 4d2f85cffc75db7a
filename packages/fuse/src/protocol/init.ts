/** The handshake that begins a connection: which version is spoken, and what of it is used. */
import { OUT_HEADER_SIZE } from "./reply.ts";
import type { Request } from "./request.ts";

/** The protocol's major version, which all kernels since 2.6.14 speak. */
const MAJOR = 7;
/** The minor version whose structures are spoken here; a kernel that is older gets what it knows. */
const MINOR = 45;
/** Kernels before 4.20 lack `max_pages`, those before 3.15 most of what is asked for here. */
const OLDEST_MINOR = 28;

const ASYNC_READ = 1 << 0;
const EXPORT_SUPPORT = 1 << 4;
const DO_READDIRPLUS = 1 << 13;
const READDIRPLUS_AUTO = 1 << 14;
const ASYNC_DIO = 1 << 15;
const NO_OPEN_SUPPORT = 1 << 17;
const PARALLEL_DIROPS = 1 << 18;
const POSIX_ACL = 1 << 20;
const MAX_PAGES = 1 << 22;
const CACHE_SYMLINKS = 1 << 23;
const NO_OPENDIR_SUPPORT = 1 << 24;

/** Always of use where nothing changes. */
const WANTED =
  ASYNC_READ |
  EXPORT_SUPPORT |
  DO_READDIRPLUS |
  READDIRPLUS_AUTO |
  ASYNC_DIO |
  NO_OPEN_SUPPORT |
  PARALLEL_DIROPS |
  MAX_PAGES |
  CACHE_SYMLINKS |
  NO_OPENDIR_SUPPORT;

const INIT_OUT_SIZE = 64;

/** Most that is read by one request: `FUSE_MAX_MAX_PAGES` of 4 KiB. */
export const MAX_READ = 1 << 20;
const MAX_READ_PAGES = 256;
/** The least that the kernel takes. Nothing is written, and it keeps the buffer for requests small. */
const MAX_WRITE = 4096;
/** Requests in the background, as reading ahead is: the kernel's default of 12 is for servers of its time. */
const MAX_BACKGROUND = 64;

/** What the kernel offered and got, for logs. */
export interface Negotiation {
  readonly minor: number;
  /** `FUSE_…` flags, the first 32. */
  readonly offered: number;
  readonly flags: number;
}

/** What depends on the mount. */
export interface InitOptions {
  /** Whether the kernel applies POSIX ACLs, for which it also has to check modes itself. */
  readonly posixAcl: boolean;
}

/**
 * Answers the kernel's first request in `reply`, whose header is left to the caller. Returns the reply's whole size, or 0
 * when another INIT comes after it, as the kernel is to speak a lower major version.
 * @throws Error for a kernel that is too old
 */
export function answerInit(
  request: Request,
  reply: DataView,
  { posixAcl }: InitOptions,
): { readonly size: number; readonly negotiation: Negotiation | undefined } {
  const major = request.u32(0);
  const minor = request.u32(4);
  if (major < MAJOR || (major === MAJOR && minor < OLDEST_MINOR)) {
    throw new Error(
      `the kernel speaks FUSE ${major}.${minor}, expected at least ${MAJOR}.${OLDEST_MINOR} (Linux 4.20)`,
    );
  }
  const put = (at: number, value: number): void => reply.setUint32(OUT_HEADER_SIZE + at, value, true);
  for (let at = 0; at < INIT_OUT_SIZE; at += 4) put(at, 0);
  put(0, MAJOR);
  put(4, MINOR);
  const size = OUT_HEADER_SIZE + INIT_OUT_SIZE;
  if (major > MAJOR) return { size, negotiation: undefined };

  const offered = request.u32(12);
  const flags = offered & (posixAcl ? WANTED | POSIX_ACL : WANTED);
  put(8, request.u32(8));
  put(12, flags);
  put(16, MAX_BACKGROUND | ((MAX_BACKGROUND * 0.75) << 16));
  put(20, MAX_WRITE);
  // Times are in nanoseconds.
  put(24, 1);
  put(28, MAX_READ_PAGES);
  return { size, negotiation: { minor: Math.min(minor, MINOR), offered, flags } };
}
