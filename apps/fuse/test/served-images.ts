/** Images that are built and served, for tests of a file. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, buildImage, inProcess, MemorySink } from "@erofs/builder";
import { nodePlatform } from "@erofs/builder/node";
import type { TreeNode } from "@erofs/tree";
import { afterAll, beforeAll } from "vitest";
import { serveInBackground } from "../src/background/serve-in-background.ts";
import type { ServeOptions } from "../src/serve-options.ts";
import { isMounted, until } from "../../../packages/fuse/test/mounted.ts";

const built = [
  "../dist/background/daemon.js",
  "../../../packages/fuse/dist/serve/worker.js",
  "../../cli/dist/main.js",
].every((path) => existsSync(fileURLToPath(new URL(path, import.meta.url))));

/** Why nothing can be mounted here, if so. */
export const obstacle =
  process.getuid?.() !== 0
    ? "needs root"
    : !existsSync("/dev/fuse")
      ? "needs /dev/fuse"
      : !built
        ? "needs a build"
        : undefined;

const patience = { timeout: 50_000, killSignal: "SIGKILL" } as const;

export interface ServedImages {
  folder: string;
  /** Writes an image of a tree. */
  image(name: string, tree: TreeNode, options?: BuildOptions): Promise<string>;
  /** Builds an image of a directory with the command. */
  build(name: string, source: string, options: readonly string[]): string;
  /** Serves an image on a new directory, by a process of its own. */
  serve(image: string, options?: Partial<ServeOptions>): Promise<{ directory: string; pid: number }>;
  /** What the daemons have logged. */
  log(): string;
}

/** For the tests of a `describe`. What is still mounted at its end is unmounted, and its server killed. */
export function servedImages(): ServedImages {
  const pids: number[] = [];
  const mountpoints: string[] = [];
  const self: ServedImages = {
    folder: "",
    async image(name, tree, options = {}) {
      const sink = new MemorySink();
      await buildImage(tree, sink, options, await inProcess(options, nodePlatform));
      const path = join(self.folder, name);
      writeFileSync(path, sink.image);
      return path;
    },
    build(name, source, options) {
      const command = fileURLToPath(new URL("../../cli/dist/main.js", import.meta.url));
      const path = join(self.folder, name);
      const { status, stderr } = spawnSync(
        process.execPath,
        [command, "build", "--quiet", "--no-sync", ...options, source, path],
        { ...patience, encoding: "utf8" },
      );
      if (status !== 0) throw new Error(`erofs build ended with ${status}: ${stderr}`);
      return path;
    },
    async serve(image, options = {}) {
      const directory = join(self.folder, `mount-${mountpoints.length}`);
      mkdirSync(directory);
      mountpoints.push(directory);
      const logFile = join(self.folder, "log");
      const { pid } = await serveInBackground({ image, directory, ...options }, { logFile });
      pids.push(pid);
      return { directory, pid };
    },
    log: () => readFileSync(join(self.folder, "log"), "utf8"),
  };
  beforeAll(() => {
    self.folder = mkdtempSync(join(tmpdir(), "erofs-daemon-"));
  });
  afterAll(async () => {
    for (const path of mountpoints) while (isMounted(path)) spawnSync("umount", ["-l", path], patience);
    await until(() => !pids.some(isAlive)).catch(() => {
      for (const pid of pids) if (isAlive(pid)) process.kill(pid, "SIGKILL");
    });
    rmSync(self.folder, { recursive: true, force: true });
  });
  return self;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
