import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

/** A directory for the tests of the file or the `describe` that it is called in. */
export function temporaryDirectory(): { readonly path: string } {
  const directory = { path: "" };
  beforeAll(() => {
    directory.path = mkdtempSync(join(tmpdir(), "erofs-input-"));
  });
  afterAll(() => rmSync(directory.path, { recursive: true, force: true }));
  return directory;
}
