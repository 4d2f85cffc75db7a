import { describe, expect, test } from "vitest";
import { answerInit } from "../../src/protocol/init.ts";
import { Opcode } from "../../src/protocol/opcode.ts";
import { args, fakeRequest } from "../fake-request.ts";

const ALL = 0xffffffff;
const POSIX_ACL = 1 << 20;

function answer(major: number, minor: number, flags: number, posixAcl = false) {
  const reply = new DataView(new ArrayBuffer(256));
  const request = fakeRequest(Opcode.init, 0, args(major, minor, 131072, flags, 0));
  return { ...answerInit(request, reply, { posixAcl }), u32: (at: number) => reply.getUint32(16 + at, true) };
}

describe("answerInit", () => {
  test("takes of what is offered what a read-only server wants", () => {
    const { size, negotiation, u32 } = answer(7, 45, ALL);
    expect(size).toBe(80);
    expect([u32(0), u32(4), u32(8)]).toEqual([7, 45, 131072]);
    // ASYNC_READ, EXPORT, READDIRPLUS (AUTO), ASYNC_DIO, NO_OPEN, PARALLEL_DIROPS, MAX_PAGES, CACHE_SYMLINKS, NO_OPENDIR
    expect(u32(12)).toBe([0, 4, 13, 14, 15, 17, 18, 22, 23, 24].reduce((sum, bit) => sum + 2 ** bit, 0));
    expect(negotiation).toMatchObject({ minor: 45, flags: u32(12) });
    expect(u32(20)).toBe(4096);
    expect(u32(24)).toBe(1);
    expect(u32(28) & 0xffff).toBe(256);
  });

  test("wants nothing that is not offered", () => {
    expect(answer(7, 31, 1).u32(12)).toBe(1);
    expect(answer(7, 31, 1).negotiation?.minor).toBe(31);
  });

  test("wants ACLs only where the kernel checks access", () => {
    expect(answer(7, 45, ALL, true).u32(12) & POSIX_ACL).toBe(POSIX_ACL);
    expect(answer(7, 45, ALL, false).u32(12) & POSIX_ACL).toBe(0);
  });

  test("asks a newer major version to come down, and refuses old ones", () => {
    const { size, negotiation, u32 } = answer(8, 0, ALL);
    expect([size, negotiation, u32(0)]).toEqual([80, undefined, 7]);
    expect(() => answer(7, 27, ALL)).toThrow("7.27");
    expect(() => answer(6, 99, ALL)).toThrow("6.99");
  });
});
