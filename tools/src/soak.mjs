// `pnpm test:soak`: an image served by FUSE and read for minutes by clients that compare every byte, while the daemon's
// memory, descriptors and threads are looked at.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { serveInBackground } from "@erofs/fuse-daemon";
import { corpusNames, ensureCorpus } from "./corpora.mjs";
import { builtErofsCommand } from "./workspace.mjs";

const help = `usage: pnpm test:soak [OPTIONS]        (Linux, as root)

  --minutes N          how long; default 5
  --clients N          that read side by side; default 4
  --corpus NAME        what is served: ${corpusNames.join(", ")}, or a folder of these; default linux/include
  --compression NAME   as for -z, with clusters of 64 KiB; default zstd
  --workers N          threads of the daemon; default 2
  --cache MIB          what it may keep; default 64

The kernel's caches are dropped every ten seconds, so that the daemon is asked again. Exit code 1 when something read is
not equal to the source, or the daemon grows after the first fifth of the time.
`;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    clients: { type: "string", default: "4" },
    corpus: { type: "string", default: "linux/include" },
    compression: { type: "string", default: "zstd" },
    workers: { type: "string", default: "2" },
    cache: { type: "string", default: "64" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}
const minutes = Number(values.minutes);
const [clients, workers, cache] = [Number(values.clients), Number(values.workers), Number(values.cache)];
if (!(minutes > 0) || ![clients, workers, cache].every((each) => Number.isInteger(each) && each > 0)) {
  console.error("--minutes, --clients, --workers and --cache want numbers above 0");
  process.exit(2);
}

/** Seconds between two looks. */
const PERIOD = 10;
/** What resident memory may come to, of what it was: the heap breathes. */
const MAX_GROWTH = 1.15;

/** @param {number} pid */
function lookAt(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  /** @param {string} name */
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  return {
    megabytes: Math.round(field("VmRSS") / 1024),
    threads: field("Threads"),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}

const source = ensureCorpus(values.corpus).path;
const folder = mkdtempSync(join(tmpdir(), "erofs-soak-"));
const [image, directory] = [join(folder, "image.erofs"), join(folder, "mount")];
mkdirSync(directory);
const build = ["build", "-q", "--no-sync", "-z", values.compression, "-C65536", source, image];
const { status, stderr } = spawnSync(process.execPath, [builtErofsCommand(), ...build], { encoding: "utf8" });
if (status !== 0) throw new Error(`build ended with ${status}: ${stderr}`);

const daemon = await serveInBackground({ image, directory, workers, cacheBytes: cache << 20 });
/** @type {Worker[]} */
const readers = [];
/** @type {string[]} */
const failures = [];
let bytes = 0;
try {
  for (let seed = 1; seed <= clients; seed++) {
    const workerData = { source, mounted: directory, seed };
    const reader = new Worker(new URL("soak/reader.mjs", import.meta.url), { workerData });
    reader.on("message", (count) => (bytes += count));
    reader.on("error", (error) => failures.push(error.message));
    readers.push(reader);
  }
  /** @type {ReturnType<typeof lookAt> | undefined} */
  let settled;
  const looks = Math.max(5, Math.round((minutes * 60) / PERIOD));
  for (let look = 1; look <= looks && failures.length === 0; look++) {
    await pause(PERIOD * 1000);
    writeFileSync("/proc/sys/vm/drop_caches", "3");
    const seen = lookAt(daemon.pid);
    console.log(
      `${look * PERIOD} s: ${Math.round(bytes / 1e6)} MB equal; ${seen.megabytes} MiB, ${seen.descriptors} descriptors, ${seen.threads} threads`,
    );
    if (look < looks / 5) continue;
    settled ??= seen;
    if (seen.megabytes > settled.megabytes * MAX_GROWTH)
      failures.push(`memory grew from ${settled.megabytes} MiB`);
    if (seen.descriptors > settled.descriptors) failures.push(`descriptors grew from ${settled.descriptors}`);
    if (seen.threads > settled.threads) failures.push(`threads grew from ${settled.threads}`);
  }
  if (bytes === 0) failures.push("nothing was read");
} finally {
  await Promise.all(readers.map((reader) => reader.terminate()));
  spawnSync("umount", [directory]);
  rmSync(folder, { recursive: true, force: true });
}
for (const failure of failures) console.log(`FAILED ${failure}`);
console.log(failures.length === 0 ? "ok" : `${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
