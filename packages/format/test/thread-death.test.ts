import { expect, it } from "vitest";
import { threadDeath } from "../src/thread-death.ts";

it("tells what a thread died of", () => {
  const outOfMemory = Object.assign(new Error("long words"), { code: "ERR_WORKER_OUT_OF_MEMORY" });
  expect(threadDeath(outOfMemory)).toEqual({ code: "ENOMEM", reason: "it used up its memory" });
  expect(threadDeath(new TypeError("no"))).toEqual({ code: "ECHILD", reason: "no" });
  expect(threadDeath("it exited")).toEqual({ code: "ECHILD", reason: "it exited" });
});

it.each([
  [null, "null"],
  [undefined, "undefined"],
  [{ toString: 1, valueOf: 1 }, "it threw something that is no error"],
  [
    Object.assign(new Error("x"), { message: { toString: 1, valueOf: 1 } }),
    "it threw something that is no error",
  ],
])("looks with care at what a plugin threw: %#", (cause, reason) => {
  expect(threadDeath(cause)).toEqual({ code: "ECHILD", reason });
});
