import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, it } from "vitest";

/** What a source file loads when it is loaded itself: imports of types and `import()` are left out. */
function importsOf(file: string): string[] {
  const source = readFileSync(file, "utf8");
  const statements = source.matchAll(/^(?:import|export)\s+(?!type\s)[^;]*?from\s+"([^"]+)";/gms);
  return [...statements, ...source.matchAll(/^import\s+"([^"]+)";/gm)].map(([, name]) => name ?? "");
}

it("erofs --help loads no library that works on images", () => {
  const packages = new Set<string>();
  const files = new Set<string>();
  const rest = [fileURLToPath(new URL("../src/main.ts", import.meta.url))];
  for (let file = rest.pop(); file !== undefined; file = rest.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const name of importsOf(file)) {
      if (name.startsWith(".")) rest.push(join(dirname(file), name));
      else packages.add(name);
    }
  }
  expect(files.size).toBeGreaterThan(5);
  expect([...packages].toSorted()).toEqual(["commander", "node:fs", "picocolors"]);
});
