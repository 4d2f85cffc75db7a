import { describe, expect, it } from "vitest";

import { erofs, output } from "../command.ts";
import { bigText, createSample, hostileName } from "../sample-tree.ts";

const { image } = await createSample();

describe("erofs cat", () => {
  it("writes files one after the other and follows symlinks", async () => {
    expect(await output(["cat", image, "hello.txt"])).toBe("hello\n");
    expect(await output(["cat", image, "/link", "sub-link/deep/é.txt", hostileName])).toBe(
      "hello\naccent\nx",
    );
    expect(await output(["cat", image, ".hidden"])).toBe("");
  });

  it("writes a file that takes several pieces", async () => {
    expect(await output(["cat", image, "big.txt"])).toBe(bigText);
  });

  it("writes what comes before something that fails", async () => {
    const { status, stdout, stderr } = await erofs(["cat", image, "hello.txt", "sub", "big.txt"]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "hello\n" });
    expect(stderr).toBe(`erofs: ${image}: sub: is a directory, not a file\n`);
  });
});
