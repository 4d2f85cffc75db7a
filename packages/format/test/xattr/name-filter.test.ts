import { expect, test } from "vitest";
import { EMPTY_NAME_FILTER, mayHaveXattr, nameFilter, nameFilterBit } from "../../src/index.ts";

test.each([
  ["system.posix_acl_access", 30],
  ["system.posix_acl_default", 21],
  ["user.a", 21],
  ["user.common", 13],
  ["trusted.overlay.opaque", 20],
  ["trusted.overlay.metacopy", 31],
  ["security.selinux", 11],
  ["security.capability", 29],
  ["erofs.fingerprint.v1", 8],
])("%s is bit %i", (name, bit) => {
  expect(nameFilterBit(name)).toBe(bit);
  expect(nameFilter([name])).toBe((0xffffffff & ~(1 << bit)) >>> 0);
});

test("a filter lets its own names pass, and others not", () => {
  const filter = nameFilter(["user.common", "security.selinux"]);
  expect(filter).toBe(0xffffffff - 2 ** 13 - 2 ** 11);
  expect(["user.common", "security.selinux", "user.a"].map((name) => mayHaveXattr(filter, name))).toEqual([
    true,
    true,
    false,
  ]);
  expect(mayHaveXattr(EMPTY_NAME_FILTER, "user.a")).toBe(false);
  expect(mayHaveXattr(0, "user.a")).toBe(true);
});
