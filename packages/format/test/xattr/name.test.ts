import { describe, expect, test } from "vitest";
import { isHidden, joinName, longPrefixOf, splitName, XattrIndex } from "../../src/index.ts";

const prefixes = ["trusted.overlay.", "user.", "erofs.fingerprint.v1"].map(longPrefixOf);

test.each([
  ["user.a", { index: 1, rest: "a" }],
  ["system.posix_acl_access", { index: 2, rest: "" }],
  ["system.posix_acl_default", { index: 3, rest: "" }],
  ["trusted.overlay.opaque", { index: 4, rest: "overlay.opaque" }],
  ["security.selinux", { index: 6, rest: "selinux" }],
])("%s", (name, split) => {
  expect(splitName(name)).toEqual(split);
  expect(joinName(split.index, split.rest)).toBe(name);
});

test.each(["btrfs.compression", "system.posix_acl_accessory", "system.nfs4_acl", "user"])(
  "%s has no prefix",
  (name) => {
    expect(splitName(name)).toBeUndefined();
  },
);

describe("long prefixes", () => {
  test("are made of names' beginnings", () => {
    expect(prefixes).toEqual([
      { baseIndex: 4, infix: "overlay." },
      { baseIndex: 1, infix: "" },
      { baseIndex: 0, infix: "erofs.fingerprint.v1" },
    ]);
  });

  test.each([
    ["trusted.overlay.opaque", { index: 0x80, rest: "opaque" }],
    ["trusted.overlay.", { index: 0x80, rest: "" }],
    ["user.a", { index: 0x81, rest: "a" }],
    ["erofs.fingerprint.v1", { index: 0x82, rest: "" }],
    ["trusted.other", { index: 4, rest: "other" }],
  ])("%s", (name, split) => {
    expect(splitName(name, prefixes)).toEqual(split);
    expect(joinName(split.index, split.rest, prefixes)).toBe(name);
  });

  test("the first that matches is taken, not the longest", () => {
    expect(splitName("user.a.b", ["user.", "user.a."].map(longPrefixOf))).toEqual({
      index: 0x80,
      rest: "a.b",
    });
  });
});

test("an index that means nothing gives no name", () => {
  expect([5, 7, 127].map((index) => joinName(index, "a"))).toEqual([undefined, undefined, undefined]);
  expect(joinName(0x83, "a", prefixes)).toBeUndefined();
  expect(joinName(0x80, "a", [{ baseIndex: 5, infix: "" }])).toBeUndefined();
  expect(joinName(0x80, "a", [{ baseIndex: 0x80, infix: "" }])).toBeUndefined();
});

test("names without a short prefix are hidden", () => {
  expect(joinName(XattrIndex.hidden, "btrfs.compression")).toBe("btrfs.compression");
  expect([0, 1, 0x80, 0x82, 0x83].map((index) => isHidden(index, prefixes))).toEqual([
    true,
    false,
    false,
    true,
    false,
  ]);
});
