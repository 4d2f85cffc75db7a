import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { repository } from "../src/workspace.mjs";

/**
 * The floor plan of docs/architecture.md: what each package may import of the others. An import points down.
 * Drawing a new line here means drawing it there.
 */
const floorPlan: Record<string, readonly string[]> = {
  core: [],
  format: ["core"],
  tree: ["format"],
  compressor: ["core"],
  "deflate-wasm": ["compressor"],
  "lz4-wasm": ["compressor"],
  "lzma-wasm": ["compressor"],
  "zstd-wasm": ["compressor"],
  reader: ["compressor", "core", "format"],
  builder: ["compressor", "core", "format", "tree"],
  linux: [],
  "input-directory": ["format", "linux", "tree"],
  "output-directory": ["format", "linux", "reader"],
  remote: ["format", "linux", "reader"],
  fuse: ["linux"],
};

/** Source files that may import `node:` modules; everything else runs in a browser too. */
const nodeSources = [
  /^packages\/(linux|fuse|input-directory|output-directory|remote)\/src\//,
  /^packages\/(builder|reader)\/src\/node[./]/,
  /^apps\//,
];

interface Package {
  readonly name: string;
  readonly folder: string;
  /** Packages of this repository in `dependencies`, without the scope. */
  readonly dependencies: readonly string[];
  /** Paths from the repository's root. */
  readonly sources: readonly string[];
}

function readPackage(folder: string): Package {
  const manifest: { name: string; dependencies?: Record<string, string> } = JSON.parse(
    readFileSync(join(repository, folder, "package.json"), "utf8"),
  );
  const sources = readdirSync(join(repository, folder, "src"), { recursive: true, encoding: "utf8" });
  return {
    name: withoutScope(manifest.name),
    folder,
    dependencies: Object.keys(manifest.dependencies ?? {})
      .filter((name) => name.startsWith("@erofs/"))
      .map(withoutScope),
    sources: sources
      .filter((path) => path.endsWith(".ts") && !path.endsWith(".wasm.ts"))
      .map((path) => `${folder}/src/${path}`),
  };
}

function withoutScope(name: string): string {
  return name.replace("@erofs/", "");
}

/** What a source file imports, statically or not. */
function importsOf(source: string): string[] {
  const text = readFileSync(join(repository, source), "utf8");
  const pattern = /\b(?:from|import)\s*\(?\s*"([^"]+)"|\b(?:require|resolve)\(\s*"([^"]+)"/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? "");
}

/** The repository's packages that a source file imports, without scope and subpath. */
function importedPackages(source: string): string[] {
  const names = importsOf(source).flatMap((specifier) => /^@erofs\/([^/]+)/.exec(specifier)?.[1] ?? []);
  return [...new Set(names)];
}

const folders = readdirSync(join(repository, "packages")).map((name) => `packages/${name}`);
const packages = folders.map(readPackage);
const apps = readdirSync(join(repository, "apps")).map((name) => readPackage(`apps/${name}`));

test("the floor plan names every package", () => {
  expect(packages.map(({ name }) => name).toSorted()).toEqual(Object.keys(floorPlan).toSorted());
});

describe.each(packages)("$name", ({ name, dependencies, sources }) => {
  const allowed = floorPlan[name] ?? [];

  test("has manifest edges of the floor plan only", () => {
    expect(dependencies.filter((dependency) => !allowed.includes(dependency))).toEqual([]);
  });

  test("imports along the floor plan only", () => {
    const upward = sources.flatMap((source) =>
      importedPackages(source)
        .filter((imported) => !allowed.includes(imported))
        .map((imported) => `${source} imports @erofs/${imported}`),
    );
    expect(upward).toEqual([]);
  });
});

describe.each([...packages, ...apps])("$name", ({ name, folder, dependencies, sources }) => {
  test("declares what it imports", () => {
    const undeclared = sources.flatMap((source) =>
      importedPackages(source)
        .filter((imported) => imported !== name && !dependencies.includes(imported))
        .map((imported) => `${source} imports @erofs/${imported}`),
    );
    expect(undeclared).toEqual([]);
  });

  test("imports node: modules only where Node is a given", () => {
    const stray = sources
      .filter((source) => !nodeSources.some((pattern) => pattern.test(source)))
      .filter((source) => importsOf(source).some((specifier) => specifier.startsWith("node:")));
    expect(stray).toEqual([]);
  });

  test("has a README of 30 to 60 lines", () => {
    const readme = join(repository, folder, "README.md");
    expect(existsSync(readme), `${folder}/README.md`).toBe(true);
    const lines = readFileSync(readme, "utf8").trimEnd().split("\n").length;
    expect(lines).toBeGreaterThanOrEqual(30);
    expect(lines).toBeLessThanOrEqual(60);
  });
});
