import { CorruptImage, PathError } from "@erofs/format";
import type { SyncImage } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import type { ExtractOptions } from "../src/options.ts";
import { planExtraction } from "../src/plan.ts";
import { PART_BYTES } from "../src/shared-file.ts";
import { directory, file, imageOf, symlink, withEntries } from "./support/images.ts";

const one = new Uint8Array([1]);

/** A plan in words, a step each. */
function planOf(image: SyncImage, options: Pick<ExtractOptions, "paths" | "match"> = {}): string[] {
  return [...planExtraction(image, options)].map((step) => {
    if (step.kind === "files") {
      return step.batch.groups.map(({ directory: path, names }) => `${path}: ${names.join(" ")}`).join("; ");
    }
    if (step.kind === "large") return `large ${step.file.path}`;
    return step.kind === "link" ? `${step.path} = ${step.first}` : `${step.kind} ${step.path}`;
  });
}

function smallImage(): Promise<SyncImage> {
  const linked = file(one);
  const usr = directory({ bin: directory({ sh: linked, bash: linked }), "lib.so": file(one) });
  return imageOf(
    directory({ usr, lib: symlink("usr/lib"), etc: directory({ hosts: file(one), empty: directory({}) }) }),
  );
}

describe("planExtraction", () => {
  it("has directories before what is in them, and files of several directories in one batch", async () => {
    expect(planOf(await smallImage())).toEqual([
      "directory ",
      "directory etc",
      "directory etc/empty",
      "node lib",
      "directory usr",
      "directory usr/bin",
      "usr/bin/sh = usr/bin/bash",
      "etc: hosts; usr/bin: bash; usr: lib.so",
    ]);
  });

  it("takes paths with what is below, and the directories on the way", async () => {
    const image = await smallImage();
    expect(planOf(image, { paths: ["usr/bin/sh", "/etc/empty"] })).toEqual([
      "directory ",
      "directory etc",
      "directory etc/empty",
      "directory usr",
      "directory usr/bin",
      "usr/bin: sh",
    ]);
    expect(planOf(image, { paths: ["etc"] })).toHaveLength(4);
    expect(planOf(image, { paths: [] })).toEqual(["directory "]);
  });

  it("takes what matches, with what is below, and the directories on the way only", async () => {
    const image = await smallImage();
    expect(planOf(image, { match: (path) => path.endsWith(".so") })).toEqual([
      "directory ",
      "directory usr",
      "usr: lib.so",
    ]);
    expect(planOf(image, { match: (path, isDirectory) => isDirectory && path === "etc" })).toEqual([
      "directory ",
      "directory etc",
      "directory etc/empty",
      "etc: hosts",
    ]);
    expect(planOf(image, { match: () => false })).toEqual([]);
    expect(planOf(image, { paths: ["usr"], match: (path) => path.startsWith("etc") })).toEqual([]);
  });

  it("cuts batches by number and by size", async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, file(one)]));
    const large = Object.fromEntries(
      Array.from({ length: 3 }, (_, i) => [`l${i}`, file(new Uint8Array(3 << 20))]),
    );
    const steps = [
      ...planExtraction(await imageOf(directory({ many: directory(many), large: directory(large) })), {}),
    ];
    const sizes = steps.flatMap((step) =>
      step.kind === "files" ? [step.batch.groups.map((group) => group.nids.length)] : [],
    );
    expect(sizes).toEqual([[2], [1, 255], [45]]);
  });

  it("has large files by themselves", async () => {
    const large = file(new Uint8Array(2 * PART_BYTES));
    const tree = directory({
      a: file(one),
      b: large,
      c: file(new Uint8Array(2 * PART_BYTES - 1)),
      d: directory({ e: large }),
    });
    expect(planOf(await imageOf(tree))).toEqual(["directory ", "large b", ": a c", "directory d", "d/e = b"]);
  });

  it("says which path is not there, or no directory; symlinks are not followed", async () => {
    const image = await smallImage();
    const failure = (path: string): unknown => {
      try {
        return planOf(image, { paths: [path] });
      } catch (error) {
        return error instanceof PathError ? `${error.code} ${error.path}` : error;
      }
    };
    expect(failure("usr/none/x")).toBe("ENOENT usr/none");
    expect(failure("lib/x")).toBe("ENOTDIR lib");
    expect(failure("etc/hosts/x")).toBe("ENOTDIR etc/hosts");
    expect(failure("etc/../usr")).toBe("ENOENT etc/..");
    expect(failure("n".repeat(300))).toMatch(/^ENAMETOOLONG/);
  });

  it.each(["", "a/b", "/etc/passwd", "../../x", "a\0b"])("refuses the name %j", async (name) => {
    const image = await smallImage();
    const { nid } = image.lookup("etc/hosts");
    const hostile = withEntries(image, "etc", (entries) => [...entries, { name, nid }]);
    expect(() => planOf(hostile)).toThrow(CorruptImage);
  });

  it.each([".", ".."])("goes nowhere by the name %j", async (name) => {
    const image = await smallImage();
    const { nid } = image.lookup("etc/hosts");
    const hostile = withEntries(image, "etc", (entries) => [...entries, { name, nid }]);
    expect(planOf(hostile)).toEqual(planOf(image));
  });

  it("ends on directories in a circle", async () => {
    const image = await smallImage();
    for (const target of ["/", "usr", "usr/bin"]) {
      const { nid } = image.lookup(target);
      const hostile = withEntries(image, "usr/bin", (entries) => [...entries, { name: "z", nid }]);
      expect(() => planOf(hostile)).toThrow(/is reached twice, as usr\/bin\/z/);
    }
  });

  it("refuses paths that are too long for Linux", async () => {
    let node = directory({ file: file(one) });
    for (let i = 0; i < 17; i++) node = directory({ ["d".repeat(250)]: node });
    const image = await imageOf(node);
    expect(() => planOf(image)).toThrow(expect.objectContaining({ code: "ENAMETOOLONG" }));
  });
});
