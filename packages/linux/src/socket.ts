import { allocateScratch, errnoName, lastErrno, lazy, libcFunction, systemError } from "./libc.ts";

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_CMSG_CLOEXEC = 0x40000000;

/** Places in the scratch space: struct msghdr (56 bytes), struct iovec (16), one byte of data, control messages. */
const MESSAGE = 0;
const VECTOR = 64;
const DATA = 80;
const CONTROL = 96;
/** struct cmsghdr (16 bytes) and one descriptor, padded to 8. */
const CONTROL_SIZE = 24;

const calls = lazy(() => ({
  socketpair: libcFunction("socketpair", "int", ["int", "int", "int", "uintptr_t"]),
  recvmsg: libcFunction("recvmsg", "long", ["int", "uintptr_t", "int"]),
  scratch: allocateScratch(128),
}));

/** Two connected stream sockets; the caller's to close. @throws SystemError */
export function socketPair(): [number, number] {
  const { socketpair, scratch } = calls();
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, scratch.address) !== 0) {
    throw systemError("socketpair");
  }
  return [scratch.words[0] as number, scratch.words[1] as number];
}

/**
 * Waits for a message with a file descriptor in it (SCM_RIGHTS) and returns that, the caller's to close. Undefined
 * when the other side hung up, or sent a message without one.
 * @throws SystemError
 */
export function receiveDescriptor(socket: number): number | undefined {
  const { recvmsg, scratch } = calls();
  const { address, bytes, words } = scratch;
  bytes.fill(0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const place = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
  place(MESSAGE + 16, address + VECTOR);
  place(MESSAGE + 24, 1);
  place(MESSAGE + 32, address + CONTROL);
  place(MESSAGE + 40, CONTROL_SIZE);
  place(VECTOR, address + DATA);
  place(VECTOR + 8, 1);
  for (;;) {
    const count = recvmsg(socket, address + MESSAGE, MSG_CMSG_CLOEXEC);
    if (count > 0) break;
    if (count === 0) return undefined;
    if (errnoName(lastErrno()) !== "EINTR") throw systemError("recvmsg");
  }
  const control = CONTROL / 4;
  const isDescriptor =
    view.getBigUint64(MESSAGE + 40, true) >= 20n &&
    view.getBigUint64(CONTROL, true) >= 20n &&
    words[control + 2] === SOL_SOCKET &&
    words[control + 3] === SCM_RIGHTS;
  return isDescriptor ? words[control + 4] : undefined;
}
