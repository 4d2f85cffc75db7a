import { type SystemCall, libcFunction } from "./libc.ts";

/**
 * Numbers of system calls for which older C libraries have no function that can be looked up by name
 * (glibc: `getdents64` since 2.30, `mknodat` since 2.33). `other` is the generic table (`asm-generic/unistd.h`)
 * of arm64, riscv64 and loong64.
 */
const numbers = {
  getdents64: { x64: 217, other: 61 },
  gettid: { x64: 186, other: 178 },
  tgkill: { x64: 234, other: 131 },
  mknodat: { x64: 259, other: 33 },
} as const;

/** A kernel call by number; fails like a C function: -1 and errno. Arguments are all `long`. */
export function kernelCall(name: keyof typeof numbers, parameters: number): SystemCall {
  const number = numbers[name][process.arch === "x64" ? "x64" : "other"];
  const call = libcFunction(
    "syscall",
    "long",
    Array.from({ length: parameters + 1 }, () => "long"),
  );
  return (...args) => call(number, ...args);
}
