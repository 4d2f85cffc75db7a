import { describe, expect, it } from "vitest";
import { isLinux } from "../src/libc.ts";
import { parseMountTable, readMountTable } from "../src/mount-table.ts";

describe("parseMountTable", () => {
  it("reads escapes, bytes that are no UTF-8, and any number of optional fields", () => {
    const [first, second] = parseMountTable(
      "36 35 98:0 /sub\\040dir /mnt/a\\011b\\134\xff rw,noatime shared:1 master:2 - fuse.erofs https://x/\\043y rw,a\\040b\n" +
        "37 35 0:4 / /- ro - erofs  ro\n",
    );
    expect(first).toEqual({
      id: 36,
      parentId: 35,
      deviceMajor: 98,
      deviceMinor: 0,
      root: "/sub dir",
      target: "/mnt/a\tb\\\xff",
      options: ["rw", "noatime"],
      type: "fuse.erofs",
      source: "https://x/#y",
      superOptions: ["rw", "a b"],
    });
    expect(second).toMatchObject({ target: "/-", type: "erofs", source: "", superOptions: ["ro"] });
  });

  it("leaves out what is no line of it", () => {
    expect(parseMountTable("\nnonsense\n1 2 3 4 5 6 - a b c\n1 2 0:1 / /mnt rw shared:1\n")).toEqual([]);
  });
});

it.skipIf(!isLinux)("readMountTable sees the root directory (needs Linux)", () => {
  expect(readMountTable().some(({ target }) => target === "/")).toBe(true);
});
