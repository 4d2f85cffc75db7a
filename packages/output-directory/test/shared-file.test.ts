import { describe, expect, it } from "vitest";
import { shareFile, Sharing } from "../src/shared-file.ts";

const file = { path: "f", nid: 1 };

describe("Sharing", () => {
  it("has one first writer and one last, and none after that", () => {
    const shared = shareFile(file);
    const [a, b] = [new Sharing(shared), new Sharing(structuredClone(shared))];
    expect([a.join(), b.join(), a.leave(), a.join(), a.leave(), b.leave()]).toEqual([
      "first",
      "further",
      false,
      "further",
      false,
      true,
    ]);
    expect([a.join(), b.join()]).toEqual([undefined, undefined]);
  });

  it("gives each byte to one writer, beyond 4 GiB too", () => {
    const shared = shareFile(file);
    const [a, b] = [new Sharing(shared), new Sharing(shared)];
    expect([a.next, a.take(0, 2 ** 40), b.take(0, 10), b.next]).toEqual([0, true, false, 2 ** 40]);
    expect([b.take(2 ** 40, 2 ** 53 - 1), a.next]).toEqual([true, 2 ** 53 - 1]);
  });

  it("passes the open file on, descriptor 0 too, unless it could not be opened", () => {
    const shared = shareFile(file);
    expect([new Sharing(shared).awaitDescriptor(), new Sharing(shared).descriptor]).toEqual([
      false,
      undefined,
    ]);
    new Sharing(shared).descriptor = 0;
    expect([new Sharing(shared).awaitDescriptor(), new Sharing(shared).descriptor]).toEqual([true, 0]);
    const lost = new Sharing(shareFile(file));
    expect([lost.isLost, lost.lose(), lost.lose(), lost.isLost]).toEqual([false, true, false, true]);
    expect([lost.awaitDescriptor(), lost.descriptor]).toEqual([true, undefined]);
  });

  it("keeps the open file when it is lost later, to be closed", () => {
    const sharing = new Sharing(shareFile(file));
    sharing.descriptor = 5;
    sharing.lose();
    expect(sharing.descriptor).toBe(5);
  });
});
