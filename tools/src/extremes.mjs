// Trees at the edge of what there is, built, judged by kernel, fsck.erofs and check, and the memory that it took.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { extremes } from "./extremes/trees.mjs";
import { mountObstacle } from "./interop/mount.mjs";
import { verifyImage } from "./interop/verify-image.mjs";
import { findPeers } from "./peers.mjs";
import { builtErofsCommand } from "./workspace.mjs";

const compressions = ["none", "lz4", "lzma,level=0", "deflate", "zstd"];

const help = `usage: node tools/src/extremes.mjs [TREE…]

Trees (default: all), made in TMPDIR, which wants 25 GB:
${Object.entries(extremes)
  .map(([name, { about, megabytes }]) => `  ${name.padEnd(8)} ${about}; builds in ${megabytes} MiB`)
  .join("\n")}

  --compression NAME   as for -z; repeatable; default: ${compressions.join(" ")}

Exit code 1 when an image is wrong or a build takes more memory.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    compression: { type: "string", multiple: true, default: compressions },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}
const stranger = positionals.find((name) => !extremes[name]);
if (stranger !== undefined) {
  console.error(`no tree "${stranger}"; --help names them`);
  process.exit(2);
}

const obstacle = mountObstacle();
if (obstacle) console.log(`not asked: the kernel (${obstacle})`);
const base = mkdtempSync(join(tmpdir(), "erofs-extremes-"));
let passed = 0;
let failed = 0;
try {
  for (const name of positionals.length > 0 ? positionals : Object.keys(extremes)) {
    const { make, megabytes } = /** @type {import("./extremes/trees.mjs").Extreme} */ (extremes[name]);
    const source = join(base, name);
    mkdirSync(source);
    make(source);
    for (const compression of values.compression) {
      const image = join(base, "image.erofs");
      const { seconds, peakMegabytes, failure } = build(source, image, compression);
      const objections = failure ? [failure] : await judge(source, image);
      if (peakMegabytes > megabytes)
        objections.push(`it took ${peakMegabytes} MiB, expected ${megabytes} at most`);
      const size = failure ? 0 : statSync(image).size;
      console.log(
        `${objections.length > 0 ? "FAILED" : "ok    "} ${name}, ${compression}: ${size} bytes, ${seconds.toFixed(1)} s, ${peakMegabytes} MiB`,
      );
      for (const objection of objections.slice(0, 10)) console.log(`       ${objection}`);
      if (objections.length > 0) failed++;
      else passed++;
      rmSync(image, { force: true });
    }
    rmSync(source, { recursive: true });
  }
} finally {
  rmSync(base, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/**
 * @param {string} source
 * @param {string} image
 * @param {string} compression
 */
function build(source, image, compression) {
  // The process says itself how much memory it had at most, workers included.
  const report = `data:text/javascript,process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS+"\\n"))`;
  const start = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--import", report, builtErofsCommand(), "build", "--quiet", "-z", compression, source, image],
    { encoding: "utf8" },
  );
  const peaks = [...stderr.matchAll(/^peak (\d+)$/gm)].map(([, kibibytes]) => Number(kibibytes));
  return {
    seconds: (performance.now() - start) / 1000,
    peakMegabytes: Math.round(Math.max(...peaks) / 1024),
    failure: status === 0 ? undefined : `build ended with ${status}: ${stderr}`,
  };
}

/**
 * @param {string} source
 * @param {string} image
 */
function judge(source, image) {
  const judges = /** @type {import("./interop/verify-image.mjs").Judge[]} */ (
    obstacle ? ["check"] : ["kernel", "check"]
  );
  return verifyImage({ source, image, scratch: join(base, "scratch"), judges, peers: findPeers() });
}
