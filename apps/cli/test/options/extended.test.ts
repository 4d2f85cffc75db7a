import { describe, expect, it } from "vitest";

import { extendedValue } from "../../src/options/extended.ts";

describe("extendedValue", () => {
  it("reads words of mkfs.erofs, several at once or one after the other", () => {
    expect(extendedValue("noinline_data,legacy-compress")).toEqual({ inlineData: false, legacyIndex: true });
    expect(extendedValue("ztailpacking,dedupe")).toEqual({ tailPacking: true, dedupe: true });
    expect(extendedValue("fragments")).toEqual({ fragments: { all: false } });
    expect(extendedValue("all-fragments=64K")).toEqual({ fragments: { all: true, pclusterSize: 65536 } });
    expect(extendedValue("fragdedupe=inode,dot-omitted")).toEqual({
      fragmentDedupe: "inode",
      dotOmitted: true,
    });
    expect(extendedValue("fragments,ztailpacking,^fragments,^ztailpacking")).toEqual({ tailPacking: false });
    expect(extendedValue("^fragdedupe")).toEqual({ fragmentDedupe: "off" });
    const first = extendedValue("force-inode-compact");
    expect(extendedValue("force-inode-extended", first)).toEqual({ inodeForm: "extended" });
    expect(first).toEqual({ inodeForm: "compact" });
    expect(extendedValue("^inline_data")).toEqual({ inlineData: false });
    expect(extendedValue("48bit")).toEqual({ addressing: "48bit" });
  });

  it.each([
    "dedupe=1",
    "64bit",
    "fragments=",
    "fragments=1=2",
    "fragdedupe=some",
    "",
    "constructor",
    "noinline_data,",
  ])("refuses '%s' and lists the words", (text) => {
    expect(() => extendedValue(text)).toThrow(
      /Unknown word .*noinline_data.*force-inode-extended|Expected a size/,
    );
  });
});
