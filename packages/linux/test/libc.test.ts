import { describe, expect, it } from "vitest";
import {
  allocateScratch,
  available,
  errnoName,
  isLinux,
  lazy,
  libcFunction,
  systemError,
} from "../src/libc.ts";

describe("libc", () => {
  it("is available exactly on the Linux architectures that are known", () => {
    const known = isLinux && ["x64", "arm64", "riscv64", "loong64"].includes(process.arch);
    expect(available()).toBe(known);
  });

  it("shapes errors as node:fs does", () => {
    const error = systemError("open", "/some/where", 2);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ code: "ENOENT", errno: -2, syscall: "open", path: "/some/where" });
    expect(error.message).toBe("ENOENT: no such file or directory, open '/some/where'");
    expect(errnoName(61)).toBe("ENODATA");
  });

  it("makes a lazy value once, on first use", () => {
    let made = 0;
    const value = lazy(() => ({ number: ++made }));
    expect(made).toBe(0);
    expect(value()).toBe(value());
    expect(made).toBe(1);
  });

  it.skipIf(!available())("calls a C function (needs Linux)", () => {
    expect(libcFunction("getpid", "int", [])()).toBe(process.pid);
  });

  it.skipIf(!available())("gives memory whose address C understands (needs Linux)", () => {
    const scratch = allocateScratch(64);
    libcFunction("memset", "uintptr_t", ["uintptr_t", "int", "size_t"])(scratch.address, 0xab, 8);
    expect(scratch.words[1]).toBe(0xabababab);
    expect(scratch.bytes[7]).toBe(0xab);
  });

  it.skipIf(!available())("lets a page begin where it is wanted (needs Linux)", () => {
    for (const pageAt of [0, 16, 4096]) {
      const { address, bytes } = allocateScratch(10_000, pageAt);
      expect((address + pageAt) % 65_536).toBe(0);
      bytes.fill(7);
      expect(bytes.length).toBe(10_000);
    }
  });
});
