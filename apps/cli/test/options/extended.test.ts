import { describe, expect, it } from "vitest";

import { extendedValue } from "../../src/options/extended.ts";

describe("extendedValue", () => {
  it("reads words of mkfs.erofs, several at once or one after the other", () => {
    expect(extendedValue("noinline_data,legacy-compress")).toEqual({ inlineData: false, legacyIndex: true });
    expect(extendedValue("ztailpacking")).toEqual({ tailPacking: true });
    const first = extendedValue("force-inode-compact");
    expect(extendedValue("force-inode-extended", first)).toEqual({ inodeForm: "extended" });
    expect(first).toEqual({ inodeForm: "compact" });
    expect(extendedValue("^inline_data")).toEqual({ inlineData: false });
  });

  it.each(["dedupe", "", "constructor", "noinline_data,"])("refuses '%s' and lists the words", (text) => {
    expect(() => extendedValue(text)).toThrow(/Unknown word .*noinline_data.*force-inode-extended/);
  });
});
