// Compressors by strangers, as strangers have them: packs the packages and the examples, tests each example where its
// author would, installs all with npm in an empty folder, and has the installed command build and read images.
// `node tools/src/plugins.mjs` wants the packages built, and npm's registry for their dependencies.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareTrees } from "./compare-trees.mjs";
import { mountObstacle, withMount } from "./interop/mount.mjs";
import { repository } from "./workspace.mjs";

const { packageManager } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "erofs-plugins-"));
const user = join(folder, "user");
const source = join(folder, "source");
let failed = 0;

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (error) throw error;
  return { status, stdout, stderr };
}

/**
 * Runs what must succeed.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 * @returns {string} what it printed
 */
function succeed(command, args, cwd) {
  const { status, stdout, stderr } = run(command, args, cwd);
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${stderr.trim() || stdout.trim()}`);
}

/** @param {string[]} args of the command that the user has installed */
function erofs(...args) {
  return run(join(user, "node_modules/.bin/erofs"), args, user);
}

/**
 * @param {string} what
 * @param {() => string | undefined | Promise<string | undefined>} test gives or throws what is wrong
 */
async function check(what, test) {
  const started = performance.now();
  let fault;
  try {
    fault = await test();
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
  }
  if (fault !== undefined) failed++;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${fault === undefined ? "ok    " : "FAILED"} ${what} (${seconds} s)${fault ? `: ${fault}` : ""}`,
  );
}

/** npm, without scripts of packages: nothing here needs them. */
const npmInstall = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress"];

/** @returns {string[]} tarballs of the command and all that it needs of this repository */
function packPackages() {
  const target = join(folder, "packages");
  const pack = ["--filter", "@erofs/cli...", "pack", "--pack-destination", target];
  succeed("npx", ["-y", packageManager, "--config.verify-deps-before-run=false", ...pack], repository);
  return readdirSync(target).map((name) => join(target, name));
}

/**
 * All that an author of a compressor needs of this repository.
 *
 * @param {string} where a folder with a package.json
 * @param {string[]} tarballs
 */
function installContract(where, tarballs) {
  const contract = tarballs.filter((path) => /erofs-(compressor|core)-[\d.]+\.tgz$/.test(path));
  succeed("npm", [...npmInstall, "--no-save", ...contract], where);
}

/**
 * Tests an example in a folder of its own, with nothing of the toolkit but the contract, and packs it.
 *
 * @param {string} name
 * @param {string[]} tarballs
 * @returns {string} its tarball
 */
function testAndPack(name, tarballs) {
  const example = join(folder, name);
  cpSync(join(repository, "examples", name), example, {
    recursive: true,
    filter: (path) => !path.endsWith("node_modules"),
  });
  installContract(example, tarballs);
  succeed("npm", ["test"], example);
  return join(example, succeed("npm", ["pack", "--silent"], example).trim());
}

/**
 * Runs the module and the test that the guide shows, where nothing is but the contract.
 *
 * @param {string[]} tarballs
 */
function testGuide(tarballs) {
  const guide = readFileSync(join(repository, "docs/writing-a-compressor.md"), "utf8");
  const [plugin = "", test = ""] = [...guide.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
  const example = join(folder, "guide");
  mkdirSync(example);
  writeFileSync(join(example, "mine.mjs"), plugin);
  writeFileSync(join(example, "mine.test.mjs"), test);
  writeFileSync(join(example, "package.json"), "{}");
  installContract(example, tarballs);
  succeed(process.execPath, ["--test"], example);
}

function makeSource() {
  for (const name of ["README.md", "docs", "packages/reader/src", "packages/builder/src"]) {
    cpSync(join(repository, name), join(source, name), { recursive: true });
  }
  writeFileSync(join(source, "zeros"), new Uint8Array(3_000_000));
}

/** @param {string} other */
async function difference(other) {
  const { differences } = await compareTrees(source, other);
  return differences.length === 0 ? undefined : differences.slice(0, 3).join(" | ");
}

/**
 * @param {string} image
 * @param {string[]} args
 */
function build(image, ...args) {
  const { status, stderr } = erofs("build", "--quiet", "--no-sync", ...args, source, image);
  return status === 0 && stderr === "" ? undefined : `ended with ${status}: ${stderr.trim()}`;
}

const obstacle = mountObstacle();
const mountPoint = join(folder, "mnt");
const images = { zopfli: join(folder, "deflate.erofs"), brotli: join(folder, "private.erofs") };

async function checkZopfli() {
  const { zopfli: image } = images;
  await check("builds with -z erofs-compressor-zopfli", () =>
    build(image, "-z", "erofs-compressor-zopfli,level=1", "-C", "64K"),
  );
  await check("is the same image on this thread", () => {
    const other = join(folder, "other.erofs");
    const options = ["-z", "erofs-compressor-zopfli,level=1", "-C", "64K", "--workers", "0"];
    const fault = build(other, ...options);
    if (fault !== undefined) return fault;
    return readFileSync(other).equals(readFileSync(image)) ? undefined : "other bytes";
  });
  await check("is smaller than a plain one", () => {
    const plain = join(folder, "plain.erofs");
    const fault = build(plain);
    if (fault !== undefined) return fault;
    const [own, all] = [statSync(image).size, statSync(plain).size];
    return own < all / 3 ? undefined : `${own} bytes, plain ${all}`;
  });
  await check("reads it without the plugin", () => {
    const { status, stdout } = erofs("check", image);
    return status === 0 ? undefined : stdout;
  });
  if (obstacle === undefined) {
    await check("the kernel reads it", () => withMount(image, mountPoint, () => difference(mountPoint)));
  } else {
    console.log(`skipped the kernel reads it: ${obstacle}`);
  }
}

async function checkBrotli() {
  const { brotli: image } = images;
  await check("builds with -z erofs-compressor-brotli", () =>
    build(image, "-z", "erofs-compressor-brotli,9", "-C", "64K"),
  );
  await check("extracts it with --compressor", () => {
    const target = join(folder, "extracted");
    const { status, stderr } = erofs(
      "extract",
      "--quiet",
      "--compressor",
      "erofs-compressor-brotli",
      image,
      target,
    );
    return status === 0 ? difference(target) : stderr;
  });
  await check("names the plugin where it is not given", () => {
    const { status, stderr } = erofs("cat", image, "README.md");
    return status === 1 && stderr.includes("brotli") ? undefined : `ended with ${status}: ${stderr}`;
  });
  await check("lists names without the plugin", () => {
    const { status, stdout } = erofs("ls", image);
    return status === 0 && stdout.includes("README.md") ? undefined : `ended with ${status}: ${stdout}`;
  });
  if (obstacle === undefined) {
    await check("the kernel refuses it", async () => {
      const mounted = await withMount(image, mountPoint, async () => "it was mounted").catch(() => undefined);
      return mounted;
    });
  } else {
    console.log(`skipped the kernel refuses it: ${obstacle}`);
  }
}

try {
  mkdirSync(user);
  mkdirSync(mountPoint);
  makeSource();
  /** @type {string[]} */
  let tarballs = [];
  await check("packs the packages", () => {
    tarballs = packPackages();
    return undefined;
  });
  for (const name of readdirSync(join(repository, "examples"))) {
    await check(`tests and packs examples/${name}`, () => {
      tarballs.push(testAndPack(name, tarballs));
      return undefined;
    });
  }
  await check("tests the compressor of docs/writing-a-compressor.md", () => {
    testGuide(tarballs);
    return undefined;
  });
  await check("installs them with npm", () => {
    writeFileSync(join(user, "package.json"), "{}");
    succeed("npm", [...npmInstall, ...tarballs], user);
    return undefined;
  });
  await check("shows them with erofs compressors", () => {
    const { status, stdout, stderr } = erofs(
      "compressors",
      "erofs-compressor-zopfli",
      "erofs-compressor-brotli",
    );
    return status === 0 && /zopfli[^]*brotli/.test(stdout) ? undefined : stderr;
  });
  await checkZopfli();
  await checkBrotli();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(failed === 0 ? "all passed" : `${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
