import { linkSync, openSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { failureReason, systemFailure } from "../src/system-failure.ts";

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

  it("is not found in other errors", () => {
    expect(failureReason(new Error("ENOENT: x"))).toBeUndefined();
    expect(failureReason("ENOENT")).toBeUndefined();
  });
});

describe("systemFailure", () => {
  it("has the system's code and words", () => {
    const cause = thrownBy(() => openSync("/none/a", "r"));
    expect(systemFailure("cannot open a", "a", cause)).toMatchObject({
      message: "cannot open a: no such file or directory (ENOENT)",
      code: "ENOENT",
      path: "a",
      cause,
    });
  });

  it("is EIO for what is no system call", () => {
    expect(systemFailure("cannot read a", "a", new Error("out of luck"))).toMatchObject({
      message: "cannot read a: out of luck",
      code: "EIO",
    });
  });
});
