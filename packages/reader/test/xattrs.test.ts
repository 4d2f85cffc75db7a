import {
  encodeLongPrefixes,
  encodeXattrBody,
  encodeXattrEntry,
  FeatureCompat,
  FeatureIncompat,
  nameFilter,
  xattrEntrySize,
} from "@erofs/format";
import { checkSync, memorySource, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { HandImage } from "./support/hand-image.ts";

const text = (value: string) => Buffer.from(value);
/** Where the tests put shared entries and the prefix table: behind the superblock, before the inodes. */
const SHARED = 2048;
const PREFIXES = 3072;

function withAttributes(
  body: Uint8Array,
  metadata: Record<number, Uint8Array> = {},
  fields: Record<string, number> = {},
) {
  const builder = new HandImage();
  const file = builder.file(text("x"), { xattrs: body });
  const root = builder.directory([["file", file, 1]]);
  const bytes = builder.build(
    { rootNid: root, featureCompat: FeatureCompat.xattrFilter, ...fields },
    metadata,
  );
  const image = openSync(memorySource(bytes));
  const node = image.lookup("file");
  const listed = () =>
    image.xattrs(node).map(({ name, value }) => `${name}=${Buffer.from(value).toString()}`);
  const faults = () =>
    checkSync(memorySource(bytes)).faults.map(({ code, message }) => `${code}: ${message}`);
  return { image, node, listed, faults, bytes };
}

function sharedEntry(index: number, rest: string, value: string): Uint8Array {
  const bytes = new Uint8Array(xattrEntrySize(rest.length, value.length));
  encodeXattrEntry({ index, rest, value: text(value) }, bytes, 0);
  return bytes;
}

describe("xattrs", () => {
  it("come inline and shared, ACLs by their whole name", () => {
    const body = encodeXattrBody({
      filter: nameFilter(["user.a", "system.posix_acl_access", "security.s"]),
      sharedIds: [SHARED / 4],
      inline: [
        { index: 1, rest: "a", value: text("1") },
        { index: 2, rest: "", value: text("acl") },
        { index: 0, rest: "hidden", value: text("h") },
      ],
    });
    const { image, node, listed, faults } = withAttributes(body, { [SHARED]: sharedEntry(6, "s", "shared") });
    expect(listed()).toEqual(["user.a=1", "system.posix_acl_access=acl", "security.s=shared"]);
    expect(image.xattr(node, "security.s")).toEqual(new Uint8Array(text("shared")));
    expect(image.xattr(node, "hidden")).toBeUndefined();
    expect(image.xattr(node, "user.b")).toBeUndefined();
    expect(faults()).toEqual([]);
  });

  it("use long prefixes", () => {
    const prefixes = encodeLongPrefixes([
      { baseIndex: 4, infix: "overlay." },
      { baseIndex: 0, infix: "erofs.x" },
    ]);
    const body = encodeXattrBody({
      filter: nameFilter(["trusted.overlay.opaque"]),
      sharedIds: [],
      inline: [
        { index: 0x80, rest: "opaque", value: text("y") },
        { index: 0x81, rest: "", value: text("hidden") },
        { index: 0x82, rest: "", value: text("no such prefix") },
      ],
    });
    const { image, node, listed, faults } = withAttributes(
      body,
      { [PREFIXES]: prefixes },
      { featureIncompat: FeatureIncompat.xattrPrefixes, xattrPrefixCount: 2, xattrPrefixStart: PREFIXES / 4 },
    );
    expect(listed()).toEqual(["trusted.overlay.opaque=y"]);
    expect(image.xattr(node, "trusted.overlay.opaque")).toEqual(new Uint8Array(text("y")));
    expect(faults()).toEqual(['xattr: attribute "" has the unknown prefix 130']);
  });

  it("are hidden by a wrong filter from a reader that asks, which a check reports", () => {
    const body = encodeXattrBody({
      filter: nameFilter(["user.b"]),
      sharedIds: [],
      inline: [{ index: 1, rest: "a", value: text("1") }],
    });
    const { image, node, listed, faults } = withAttributes(body);
    expect(listed()).toEqual(["user.a=1"]);
    expect(image.xattr(node, "user.a")).toBeUndefined();
    expect(faults()).toEqual(['xattr-filter: the name filter hides the attribute "user.a"']);

    const ignoring = withAttributes(body, {}, { xattrFilterReserved: 1 });
    expect(ignoring.image.xattr(ignoring.node, "user.a")).toBeDefined();
    expect(ignoring.faults()).toEqual([]);
  });

  it("that occur twice are reported", () => {
    const entry = { index: 1, rest: "a", value: text("1") };
    const body = encodeXattrBody({ filter: 0, sharedIds: [], inline: [entry, entry] });
    expect(withAttributes(body).faults()).toEqual(['xattr: attribute "user.a" occurs twice']);
  });

  it.each([
    ["a shared id behind the image", encodeXattrBody({ filter: 0, sharedIds: [0xffffffff], inline: [] })],
    ["an entry longer than the body", Uint8Array.from([...new Uint8Array(12), 1, 1, 0xff, 0, 0x61, 0, 0, 0])],
    ["more shared ids than the body holds", Uint8Array.from([0, 0, 0, 0, 9, ...new Uint8Array(11)])],
  ])("with %s are refused and reported", (_what, body) => {
    const { listed, faults } = withAttributes(body);
    expect(listed).toThrow(expect.objectContaining({ code: "EUCLEAN" }));
    expect(faults()).toEqual([expect.stringMatching(/^xattr: /)]);
  });

  it("are the caller's own", () => {
    const body = encodeXattrBody({
      filter: 0,
      sharedIds: [],
      inline: [{ index: 1, rest: "a", value: text("1") }],
    });
    const { image, node } = withAttributes(body);
    image.xattrs(node)[0]?.value.fill(0);
    image.xattr(node, "user.a")?.fill(0);
    expect(image.xattr(node, "user.a")).toEqual(new Uint8Array(text("1")));
  });
});
