import { linkSync, openSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { failureReason } from "../src/failure-reason.ts";
import { systemError } from "../src/libc.ts";

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("failureReason", () => {
  const missing = { code: "ENOENT", reason: "no such file or directory" };

  it("is found in errors of node:fs, with any path", () => {
    expect(failureReason(thrownBy(() => openSync("/none/a, b 'c'\n", "r")))).toEqual(missing);
    expect(failureReason(thrownBy(() => linkSync("/none/a", "/none/b")))).toEqual(missing);
  });

  it("is found in errors of this package", () => {
    expect(failureReason(systemError("statx", "x", 2))).toEqual(missing);
    expect(failureReason(systemError("statx", undefined, 2))).toEqual(missing);
  });

  it("is not found in other errors", () => {
    expect(failureReason(new Error("ENOENT: x"))).toBeUndefined();
    expect(failureReason("ENOENT")).toBeUndefined();
  });
});
