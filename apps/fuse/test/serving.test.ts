import { execFile, spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { openSync as openImage } from "@erofs/reader";
import { fileSource } from "@erofs/reader/node";
import { beforeAll, describe, expect, test } from "vitest";
import { directory, file, noise, runs } from "../../../packages/builder/test/trees.ts";
import { compareTrees } from "../../../tools/src/compare-trees.mjs";
import { makeNastyTree } from "../../../tools/src/nasty-tree.mjs";
import { isMounted, until } from "../../../packages/fuse/test/mounted.ts";
import { isAlive, obstacle, servedImages } from "./served-images.ts";

/** Of an image, the tree of 400 files and 28 MiB that clients read side by side. */
const sizes = Array.from({ length: 400 }, (_, i) => (i < 4 ? 4 << 20 : 1 + ((i * 7919) % 65_000)));
const contents = sizes.map((size, i) => (i % 2 === 0 ? runs(size, i + 1) : noise(size, i + 1)));
const tree = directory(Object.fromEntries(contents.map((bytes, i) => [`f${i}`, file(bytes)])));

/** Reads at random places of random files, many open at once, and compares every byte. Prints what it has read. */
const reader = `
const { openSync, closeSync, readSync } = require("node:fs");
const [directory, source, seed] = process.argv.slice(1);
let state = Number(seed);
const random = (limit) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
};
let bytes = 0;
for (let i = 0; i < 400; i++) {
  const name = "/f" + (random(3) === 0 ? random(4) : random(400));
  const ours = openSync(directory + name, "r");
  const theirs = openSync(source + name, "r");
  for (let j = 0; j < 4; j++) {
    const length = 1 + random(200_000);
    const offset = random(4) === 0 ? 0 : random(5 << 20);
    const left = Buffer.alloc(length), right = Buffer.alloc(length);
    const count = readSync(ours, left, 0, length, offset);
    if (count !== readSync(theirs, right, 0, length, offset) || !left.equals(right)) throw new Error(name + " differs at " + offset);
    bytes += count;
  }
  closeSync(ours);
  closeSync(theirs);
}
console.log(bytes);
`;

/** Opens everything in a directory, counts what is open, and reads a byte of each. */
const opener = `
const { openSync, readSync, readdirSync } = require("node:fs");
const [directory] = process.argv.slice(1);
const open = [];
for (let i = 0; open.length < 10_000; i++) for (const name of readdirSync(directory)) open.push(openSync(directory + "/" + name, "r"));
const byte = Buffer.alloc(1);
console.log(open.filter((fd) => readSync(fd, byte, 0, 1, 0) === 1).length);
`;

const patience = { timeout: 50_000, killSignal: "SIGKILL", encoding: "utf8" } as const;

describe.skipIf(obstacle)(`images that are served (${obstacle ?? "can run"})`, () => {
  const images = servedImages();
  let nasty: string;
  /** The tree, served without compression; and images of it. */
  let plain: string;
  let whole: string;
  let lz4: string;
  beforeAll(async () => {
    nasty = `${images.folder}/nasty`;
    makeNastyTree(nasty);
    whole = await images.image("whole", tree);
    plain = (await images.serve(whole)).directory;
    lz4 = images.build("lz4", plain, ["-zlz4", "-C65536"]);
  }, 180_000);

  test.each([
    { options: [], serving: {} },
    { options: ["-zlz4hc", "-C65536", "-Efragments,dedupe"], serving: { allowOther: true } },
    // What the kernel does not mount where pages have 4 KiB.
    { options: ["-zzstd", "-C65536", "-b16384", "--tail-packing"], serving: { workers: 2 } },
  ])(
    "a nasty tree, built with $options, is shown as it is",
    async ({ options, serving }) => {
      const image = images.build(options.join("") || "plain", nasty, options);
      const { directory: mounted } = await images.serve(image, serving);
      const { entries, differences } = await compareTrees(nasty, mounted);
      expect(differences).toEqual([]);
      expect(entries).toBeGreaterThan(5000);
    },
    180_000,
  );

  test.each([1, 3])(
    "clients side by side get every byte, from %d threads with little to remember",
    async (workers) => {
      const { directory: mounted, pid } = await images.serve(lz4, { workers, cacheBytes: 4 << 20 });
      const clients = await Promise.all(
        [1, 2, 3].map((seed) => runNode(reader, mounted, plain, String(seed))),
      );
      for (const { text, failed } of clients) {
        expect(text).toMatch(/^\d+\n$/);
        expect(failed).toBe(false);
      }
      expect(isAlive(pid)).toBe(true);
    },
  );

  test("the kernel reads farther ahead where nothing is to be decoded", async () => {
    const readAhead = async (image: string): Promise<number> => {
      const { directory: mounted } = await images.serve(image);
      const { dev } = lstatSync(mounted);
      const device = `${dev >> 8}:${dev & 0xff}`;
      return Number(readFileSync(`/sys/class/bdi/${device}/read_ahead_kb`, "utf8"));
    };
    expect(await readAhead(whole)).toBe(1024);
    expect(await readAhead(lz4)).toBeLessThan(1024);
  });

  test("10,000 files are open at once", async () => {
    const { directory: mounted } = await images.serve(whole);
    const { stdout, stderr } = spawnSync(
      "sh",
      ["-c", 'ulimit -n 20000 && exec "$0" "$@"', process.execPath, "-e", opener, mounted],
      patience,
    );
    expect(stderr).toBe("");
    expect(stdout).toBe("10000\n");
  });

  test("a damaged file costs that file alone, and is told", async () => {
    const image = `${images.folder}/damaged`;
    copyFileSync(lz4, image);
    const source = openImage(fileSource(image));
    const damaged = source.lookup("/f2");
    const { physical } = source.extents(damaged, 3 << 20, 1)[0]!;
    source.close();
    const fd = openSync(image, "r+");
    writeSync(fd, new Uint8Array(physical!.length).fill(0xff), 0, physical!.length, physical!.offset);
    closeSync(fd);
    const { directory: mounted } = await images.serve(image);
    const others = contents.map((_, i) => i).filter((i) => i !== 2);
    for (const i of others) expect(readFileSync(`${mounted}/f${i}`).equals(contents[i]!), `f${i}`).toBe(true);
    expect(() => readFileSync(`${mounted}/f2`)).toThrow(/EUCLEAN|EIO|117/);
    const part = Buffer.alloc(1 << 20);
    const open = openSync(`${mounted}/f2`, "r");
    expect(readSync(open, part, 0, part.length, 0)).toBe(1 << 20);
    expect(part.equals(contents[2]!.subarray(0, 1 << 20))).toBe(true);
    closeSync(open);
    await until(() => images.log().includes("does not decode"));
  });

  test("an image that becomes shorter costs what is cut off", async () => {
    const image = `${images.folder}/cut`;
    copyFileSync(whole, image);
    const source = openImage(fileSource(image));
    const cut = source.extents(source.lookup("/f3"), 0, 1)[0]!.physical!;
    source.close();
    const { directory: mounted, pid } = await images.serve(image);
    expect(readFileSync(`${mounted}/f100`).length).toBe(sizes[100]);
    truncateSync(image, cut.offset + (3 << 20));
    const open = openSync(`${mounted}/f3`, "r");
    const part = Buffer.alloc(4096);
    expect(readSync(open, part, 0, 4096, 1 << 20)).toBe(4096);
    expect(() => readSync(open, part, 0, 4096, (7 << 20) / 2)).toThrow(/EIO/);
    expect(readSync(open, part, 0, 4096, 2 << 20)).toBe(4096);
    closeSync(open);
    expect(isAlive(pid)).toBe(true);
    // The thread that reads tells the one that writes the log.
    await until(() => images.log().includes("became shorter"));
  });

  test("many names in one directory come once each, also when listed slowly", async () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `a-name-of-some-length-${i}`);
    const image = await images.image(
      "many",
      directory(Object.fromEntries(names.map((name) => [name, file(new Uint8Array(0))]))),
    );
    const { directory: mounted } = await images.serve(image);
    expect(readdirSync(mounted).toSorted()).toEqual(names.toSorted());
    expect(lstatSync(`${mounted}/${names[12_345]}`).size).toBe(0);
    expect(() => lstatSync(`${mounted}/none`)).toThrow("ENOENT");
  });

  test("the daemon ends with its mount, and by a signal while it is in use", async () => {
    const first = await images.serve(whole);
    expect(spawnSync("umount", [first.directory], patience).status).toBe(0);
    await until(() => !isAlive(first.pid));
    const second = await images.serve(whole, { workers: 2 });
    const open = openSync(`${second.directory}/f0`, "r");
    expect(spawnSync("umount", [second.directory], patience).status).not.toBe(0);
    process.kill(second.pid, "SIGTERM");
    await until(() => !isAlive(second.pid));
    expect(isMounted(second.directory)).toBe(false);
    expect(() => readSync(open, Buffer.alloc(1), 0, 1, 3 << 20)).toThrow("ENOTCONN");
    closeSync(open);
  });

  test("what is no image, or is served badly, is told to who starts it", async () => {
    const image = `${images.folder}/told`;
    copyFileSync(whole, image);
    truncateSync(image, 1000);
    await expect(images.serve(image)).rejects.toThrow("not an EROFS image");
    await expect(images.serve(`${images.folder}/none`)).rejects.toThrow(
      expect.objectContaining({ code: "ENOENT" }),
    );
  });
});

function runNode(program: string, ...args: readonly string[]): Promise<{ failed: boolean; text: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["-e", program, ...args], patience, (error, out, err) =>
      resolve({ failed: error !== null, text: error === null ? out : err }),
    );
  });
}
