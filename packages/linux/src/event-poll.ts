import { allocateScratch, errnoName, lastErrno, lazy, libcFunction, systemError } from "./libc.ts";

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLLIN = 1;

const calls = lazy(() => ({
  epoll_create1: libcFunction("epoll_create1", "int", ["int"]),
  epoll_ctl: libcFunction("epoll_ctl", "int", ["int", "int", "int", "uintptr_t"]),
  epoll_wait: libcFunction("epoll_wait", "int", ["int", "uintptr_t", "int", "int"]),
  // struct epoll_event: the events, u32, then 64 bits that are not used here, packed or not by architecture.
  events: allocateScratch(64),
}));

/** A new epoll instance; the descriptor is the caller's to close. @throws SystemError */
export function createPoll(): number {
  const fd = calls().epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw systemError("epoll_create1");
  return fd;
}

/** Has `waitReadable(poll)` return when `fd` can be read. @throws SystemError */
export function addToPoll(poll: number, fd: number): void {
  const { epoll_ctl, events } = calls();
  events.words[0] = EPOLLIN;
  if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, events.address) !== 0) throw systemError("epoll_ctl");
}

/**
 * Waits until something can be read, or has failed, or `milliseconds` have passed (-1: as long as it takes). Returns
 * whether there is something; false too when a signal came in between.
 * @throws SystemError
 */
export function waitReadable(poll: number, milliseconds: number): boolean {
  const { epoll_wait, events } = calls();
  const count = epoll_wait(poll, events.address, 1, milliseconds);
  if (count >= 0) return count > 0;
  if (errnoName(lastErrno()) === "EINTR") return false;
  throw systemError("epoll_wait");
}
