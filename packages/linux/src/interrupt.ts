import { kernelCall } from "./kernel-call.ts";
import { allocateScratch, lazy, libcFunction, systemError } from "./libc.ts";

/**
 * A signal that nothing else in a Node process uses, and that does nothing here but end the call that a thread waits in. The
 * C library keeps the first of the real-time signals (32–34) to itself.
 */
const SIGNAL = 40;
/** Bytes of `struct sigaction`: handler, 1024 bits of mask, flags, restorer; the same in glibc and musl. */
const SIGACTION_SIZE = 152;

const prepare = lazy(() => {
  const dlsym = libcFunction("dlsym", "uintptr_t", ["uintptr_t", "const void *"]);
  const sigaction = libcFunction("sigaction", "int", ["int", "uintptr_t", "uintptr_t"]);
  const action = allocateScratch(SIGACTION_SIZE);
  // A handler has to be machine code. This function takes an int and touches nothing.
  const handler = dlsym(0, Buffer.from("abs\0"));
  action.bytes.fill(0);
  action.bytes.writeBigUInt64LE(BigInt(handler), 0);
  // No SA_RESTART among the flags: calls return EINTR.
  if (handler === 0 || sigaction(SIGNAL, action.address, 0) !== 0) throw systemError("sigaction");
  return true;
});

const calls = lazy(() => ({ gettid: kernelCall("gettid", 0), tgkill: kernelCall("tgkill", 3) }));

/** The id of this thread, by which others can interrupt it from here on. @throws SystemError */
export function interruptibleThread(): number {
  prepare();
  return calls().gettid();
}

/**
 * Has the call that a thread of this process waits in fail with EINTR. A thread that was just about to wait misses it: call
 * this until it has had its effect. Nothing happens when the thread is gone.
 * @param thread from `interruptibleThread`
 */
export function interruptThread(thread: number): void {
  calls().tgkill(process.pid, thread, SIGNAL);
}
