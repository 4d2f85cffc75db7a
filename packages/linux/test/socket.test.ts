import { spawnSync } from "node:child_process";
import { closeSync, fstatSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { available } from "../src/libc.ts";
import { receiveDescriptor, socketPair } from "../src/socket.ts";

/** Sends its own program over descriptor 3. */
const sender = `
import array, socket, sys
s = socket.socket(fileno=3)
f = open(sys.argv[1])
s.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [f.fileno()]))] if sys.argv[2] == "yes" else [])
`;
const python = spawnSync("python3", ["--version"]).status === 0;

describe.skipIf(!available())("receiveDescriptor (needs Linux)", () => {
  it("returns undefined when the other side hangs up", () => {
    const [ours, theirs] = socketPair();
    closeSync(theirs);
    expect(receiveDescriptor(ours)).toBeUndefined();
    closeSync(ours);
    expect(() => receiveDescriptor(ours)).toThrow(expect.objectContaining({ code: "EBADF" }));
  });

  it.skipIf(!python)("takes a descriptor that another process sends (needs python3)", () => {
    const fd = receivedFrom("yes");
    expect(fstatSync(fd!).isFile()).toBe(true);
    expect(readFileSync(fd!, "utf8")).toContain("SCM_RIGHTS");
    closeSync(fd!);
    expect(receivedFrom("no")).toBeUndefined();
  });
});

function receivedFrom(word: "yes" | "no"): number | undefined {
  const [ours, theirs] = socketPair();
  const { status, stderr } = spawnSync("python3", ["-c", sender, import.meta.filename, word], {
    stdio: ["ignore", "ignore", "pipe", theirs],
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const fd = receiveDescriptor(ours);
  closeSync(ours);
  closeSync(theirs);
  return fd;
}
