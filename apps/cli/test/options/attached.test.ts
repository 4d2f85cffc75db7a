import { expect, it } from "vitest";

import { attachValues } from "../../src/options/attached.ts";

it("values that are left out do not come from what follows", () => {
  expect(attachValues(["build", "--xattr-inode-digest", "a", "--MZ", "b", "--", "--MZ"])).toEqual([
    "build",
    "--xattr-inode-digest=erofs.fingerprint.v1",
    "a",
    "--MZ=id",
    "b",
    "--",
    "--MZ",
  ]);
  expect(attachValues(["--xattr-inode-digest=user.sha", "constructor"])).toEqual([
    "--xattr-inode-digest=user.sha",
    "constructor",
  ]);
});
