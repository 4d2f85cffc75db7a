import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

/** A directory for the tests of a file, and new paths in it. */
export function temporaryDirectory(): { readonly path: string; next(): string } {
  let made = 0;
  const directory = { path: "", next: () => `${directory.path}/${++made}` };
  beforeAll(() => {
    directory.path = mkdtempSync(join(tmpdir(), "erofs-output-"));
    // For tests that stop being root.
    chmodSync(directory.path, 0o755);
  });
  afterAll(() => rmSync(directory.path, { recursive: true, force: true }));
  return directory;
}
