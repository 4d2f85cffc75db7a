import { expect, test } from "vitest";
import { BuildError, CorruptImage, ErofsError, PathError, UnsupportedFeature } from "../src/index.ts";

test.each([
  [new CorruptImage("m"), "EUCLEAN", "CorruptImage"],
  [new UnsupportedFeature("m"), "EOPNOTSUPP", "UnsupportedFeature"],
  [new PathError("ENOENT", "m"), "ENOENT", "PathError"],
  [new BuildError("m"), "EINVAL", "BuildError"],
  [new BuildError("m", {}, "EFBIG"), "EFBIG", "BuildError"],
])("%s", (error, code, name) => {
  expect(error).toBeInstanceOf(ErofsError);
  expect(error).toMatchObject({
    code,
    name,
    message: "m",
    nid: undefined,
    path: undefined,
    offset: undefined,
  });
});

test("an error says where and why", () => {
  const cause = new Error("deeper");
  expect(new CorruptImage("m", { nid: 0, path: "/a", offset: 7, cause })).toMatchObject({
    nid: 0,
    path: "/a",
    offset: 7,
    cause,
  });
});
