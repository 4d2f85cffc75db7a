import { expect, test } from "vitest";
import { fusermountOptions, mountData, mountFlags } from "../../src/mount/mount-settings.ts";

test("permissions are checked where others have access, unless said otherwise", () => {
  expect(mountData({}, 5, 1000, 100)).toBe("fd=5,rootmode=40000,user_id=1000,group_id=100");
  expect(mountData({ allowOther: true }, 5, 0, 0)).toBe(
    "fd=5,rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions",
  );
  expect(mountData({ allowOther: true, checkPermissions: false }, 5, 0, 0)).not.toContain(
    "default_permissions",
  );
  expect(mountData({ checkPermissions: true }, 5, 0, 0)).toContain("default_permissions");
});

test("mounts are read-only, without set-user-ID programs and devices unless asked for", () => {
  expect(mountFlags({})).toBe(1 | 2 | 4);
  expect(mountFlags({ suid: true, dev: true, exec: false })).toBe(1 | 8);
});

test("names cannot smuggle options past fusermount3", () => {
  expect(fusermountOptions({ source: "/a,suid\\b", subtype: "erofs" })).toBe(
    "ro,nosuid,nodev,fsname=/a\\,suid\\\\b,subtype=erofs",
  );
  expect(fusermountOptions({ allowOther: true, exec: false })).toBe(
    "ro,nosuid,nodev,noexec,fsname=fuse,allow_other,default_permissions",
  );
});
