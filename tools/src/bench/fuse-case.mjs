import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { builtErofsCommand, repository } from "../workspace.mjs";
import { median } from "./measure.mjs";
import { rowOf } from "./report.mjs";

/** Milliseconds between mounting and the client: mounts live long, and ours rehearses while nobody asks. */
const idle = 2000;

/** Servers and clients have one processor together: where they share two, times depend on who is put where. */
const pinned = ["taskset", "-c", "0"];

/**
 * What is served, and what a client does with it: a workload of `file-client.c`, the file in the mount, and numbers.
 *
 * @type {readonly { name: string, tree: keyof typeof trees, compression: string, workload: string, path?: string, numbers?: string[] }[]}
 */
const cases = [
  { name: "walk and stat 80,000 files", tree: "many", compression: "none", workload: "walk" },
  { name: "list and stat 100,000 names", tree: "one", compression: "none", workload: "walk" },
  { name: "read 20,000 small files", tree: "small", compression: "none", workload: "read" },
  {
    name: "1 GiB from front to back",
    tree: "large",
    compression: "none",
    workload: "sequential",
    path: "file",
  },
  ...[1, 4].map((jobs) => ({
    name: `40,000 × 4 KiB, ${jobs} at a time`,
    tree: /** @type {const} */ ("large"),
    compression: "none",
    workload: "random",
    path: "file",
    numbers: [String(jobs), "40000"],
  })),
  ...["lz4hc", "zstd", "deflate", "lzma"].flatMap((compression) => [
    { name: "read 20,000 small files", tree: /** @type {const} */ ("small"), compression, workload: "read" },
    {
      name: "20,000 × 4 KiB of 32 MiB",
      tree: /** @type {const} */ ("text"),
      compression,
      workload: "random",
      path: "file",
      numbers: ["1", "20000"],
    },
  ]),
];

/** How the trees are made in a new folder. */
const trees = {
  /** @param {string} folder */
  many: (folder) => makeFiles(folder, 800, 100, () => ""),
  /** @param {string} folder */
  one: (folder) => makeFiles(folder, 1, 100_000, () => ""),
  /** @param {string} folder */
  small: (folder) =>
    makeFiles(folder, 100, 200, (i) => `words of the file ${i}\n`.repeat(1 + ((i * 7919) % 400))),
  /** @param {string} folder */
  large: (folder) => {
    // Of blocks that no two are equal, and that are stored as they are.
    const block = new Uint32Array(1 << 18);
    for (let i = 0; i < 1024; i++) writeFileSync(join(folder, "file"), block.fill(i + 1), { flag: "a" });
  },
  /** @param {string} folder */
  text: (folder) => {
    const lines = Array.from(
      { length: 1_200_000 },
      (_, i) => `line ${(i * 2_654_435_761) % 1e9} of a text\n`,
    );
    writeFileSync(join(folder, "file"), lines.join(""));
  },
};

/**
 * @param {string} folder
 * @param {number} directories
 * @param {number} files in each
 * @param {(index: number) => string} contentOf
 */
function makeFiles(folder, directories, files, contentOf) {
  for (let d = 0; d < directories; d++) {
    const directory = join(folder, `directory-${d}`);
    mkdirSync(directory);
    for (let f = 0; f < files; f++) writeFileSync(join(directory, `file-${f}`), contentOf(d * files + f));
  }
}

/** @param {string} command @param {readonly string[]} args */
function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${stderr}`);
  return stdout;
}

/** @param {string} name */
function installed(name) {
  return spawnSync("sh", ["-c", `command -v ${name}`]).status === 0;
}

function erofsfuse() {
  const folder = process.env["EROFS_UTILS_BIN"];
  const paths = folder ? [join(folder, "erofsfuse"), join(folder, "fuse", "erofsfuse")] : [];
  return paths.find((path) => existsSync(path)) ?? (installed("erofsfuse") ? "erofsfuse" : undefined);
}

/** Why there is nothing to measure, if so. */
export function fuseObstacle() {
  if (process.getuid?.() !== 0) return "only root mounts without preparations";
  if (!existsSync("/dev/fuse")) return "there is no /dev/fuse";
  const missing = ["cc", "taskset"].find((name) => !installed(name));
  if (missing !== undefined) return `${missing} is not installed`;
  return erofsfuse() === undefined ? "there is no erofsfuse on PATH or in EROFS_UTILS_BIN" : undefined;
}

/**
 * Serves images with our daemon, erofsfuse, the kernel and, where they are not compressed, squashfuse_ll, and has a client
 * in C read them. Each run has a new mount, whose images are in the page cache.
 *
 * @param {number} runs
 * @param {string} folder
 * @returns {AsyncGenerator<import("./report.mjs").Row, void, void>}
 */
export async function* benchFuse(runs, folder) {
  const client = join(folder, "file-client");
  run("cc", ["-O2", "-pthread", "-o", client, fileURLToPath(new URL("file-client.c", import.meta.url))]);
  const mountpoint = join(folder, "mount");
  mkdirSync(mountpoint);
  const helper = join(repository, "apps/fuse/dist/main.js");
  for (const tree of /** @type {(keyof typeof trees)[]} */ (Object.keys(trees))) {
    const source = join(folder, tree);
    mkdirSync(source);
    trees[tree](source);
    for (const { name, compression, workload, path = "", numbers = [] } of cases.filter(
      (each) => each.tree === tree,
    )) {
      const image = join(folder, "image.erofs");
      const size = compression === "none" ? [] : ["-C65536"];
      run(process.execPath, [
        builtErofsCommand(),
        "build",
        "-q",
        "--no-sync",
        `-z${compression}`,
        ...size,
        source,
        image,
      ]);
      const servers = [
        { name: "ours", command: [process.execPath, helper, image, mountpoint] },
        { name: "erofsfuse", command: [/** @type {string} */ (erofsfuse()), image, mountpoint] },
      ];
      // Whatever a daemon does comes on top of what this takes. It reads compressed files through its page cache alone.
      if (workload !== "random" || compression === "none") {
        servers.push({ name: "kernel", command: ["mount", "-t", "erofs", "-o", "ro", image, mountpoint] });
      }
      if (compression === "none" && installed("squashfuse_ll") && installed("mksquashfs")) {
        const squashed = join(folder, "image.sqfs");
        rmSync(squashed, { force: true });
        run("mksquashfs", [source, squashed, "-noI", "-noD", "-noF", "-noX", "-quiet", "-no-progress"]);
        servers.push({ name: "squashfuse_ll", command: ["squashfuse_ll", squashed, mountpoint] });
      }
      /** @type {Map<string, number[]>} */
      const seconds = new Map(servers.map((server) => [server.name, []]));
      for (let i = 0; i < runs; i++) {
        for (const server of servers) {
          run(/** @type {string} */ (pinned[0]), [...pinned.slice(1), ...server.command]);
          try {
            await pause(idle);
            const args = [...pinned.slice(1), client, workload, join(mountpoint, path), ...numbers];
            const time = Number(run(/** @type {string} */ (pinned[0]), args).split(" ")[0]);
            seconds.get(server.name)?.push(time);
          } finally {
            run("umount", [mountpoint]);
            // The server's own end is not to fall into the next run.
            await pause(300);
          }
        }
      }
      const ours = seconds.get("ours") ?? [];
      for (const [peer, theirs] of seconds) {
        if (peer === "ours") continue;
        yield rowOf({
          case: `fuse, ${compression}: ${name}`,
          peer,
          ours: "1 worker",
          unit: "s",
          peerValue: median(theirs),
          ourValue: median(ours),
          samples: { peer: theirs, ours },
        });
      }
      rmSync(image);
    }
    rmSync(source, { recursive: true });
  }
}
