import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { DigestIds, digestWords } from "../../src/plan/digest-ids.ts";

const digestOf = (text: string) => digestWords(new Uint8Array(createHash("sha256").update(text).digest()), 0);

describe("DigestIds", () => {
  it("numbers digests in the order in which they come, equal ones alike", () => {
    const ids = new DigestIds();
    const count = 10_000;
    for (let i = 0; i < count; i++) expect(ids.idOf(digestOf(`${i}`))).toBe(i);
    for (let i = count - 1; i >= 0; i -= 7) expect(ids.idOf(digestOf(`${i}`))).toBe(i);
    expect(ids.count).toBe(count);
  });

  it("tells digests apart that differ in their last word alone", () => {
    const ids = new DigestIds();
    const digest = digestOf("");
    const other = digest.slice();
    other[7]! ^= 1;
    expect([ids.idOf(digest), ids.idOf(other), ids.idOf(digest)]).toEqual([0, 1, 0]);
  });
});
