import { systemError } from "./libc.ts";

const EINVAL = 22;

/**
 * A byte string as a C string of its own, for calls that take several of them.
 * @throws SystemError EINVAL for what C would read as something else
 */
export function textArgument(text: string, syscall: string): Buffer {
  if (/[\0\u0100-\uffff]/.test(text)) throw systemError(syscall, text, EINVAL);
  return Buffer.from(`${text}\0`, "latin1");
}
