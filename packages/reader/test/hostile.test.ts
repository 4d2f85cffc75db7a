import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ErofsError, FileType, typeOfMode } from "@erofs/format";
import { checkSync, memorySource, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { sealSuperblock } from "./support/hand-image.ts";
import { makeImage, mkfsVariants, scratchDirectory } from "./support/mkfs.ts";
import { noise, prose, seededRandom } from "./support/random.ts";
import { sampleImage } from "./support/sample-image.ts";

/** Of each of three images. */
const MUTATIONS = Number(process.env.EROFS_MUTATIONS ?? 3400);
/** Far above what any of these images takes, far below what a runaway loop would. */
const MAX_MILLISECONDS = 3000;

/** Does everything that a reader can be asked for. Returns without error or throws. */
function exercise(bytes: Uint8Array): void {
  const image = openSync(memorySource(bytes), { cacheBytes: 1 << 18 });
  for (const { path, node } of image.walk()) {
    const type = typeOfMode(node.mode);
    image.xattrs(node);
    image.xattr(node, "user.a");
    if (type === FileType.symlink) attempt(() => image.lookup(path));
    if (type === FileType.directory) attempt(() => image.child(node, "compact"));
    if (type !== FileType.regular) continue;
    attempt(() => image.dataRanges(node));
    attempt(() => image.extents(node));
    attempt(() => image.read(node, Math.max(0, node.size - 5000), 5000));
    image.read(node, 0, 200_000);
    image.readView(node, node.size >> 1, 5000);
  }
}

/** One failure of many that a walk may meet: the next thing is tried all the same. */
function attempt(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof ErofsError)) throw error;
  }
}

function mutate(image: Uint8Array, random: () => number): Uint8Array {
  const bytes = new Uint8Array(image);
  const any = (limit: number) => Math.floor(random() * limit);
  const count = 1 + any(4);
  for (let i = 0; i < count; i++) {
    // Mostly metadata, which is where the decisions are.
    const at =
      random() < 0.2
        ? 1024 + any(128)
        : random() < 0.9
          ? any(Math.min(bytes.length, 65_536))
          : any(bytes.length);
    const kind = any(6);
    if (kind === 0) bytes[at] = any(256);
    else if (kind === 1) bytes[at]! ^= 1 << any(8);
    else if (kind === 2) bytes.fill(0xff, at, at + 1 + any(8));
    else if (kind === 3) bytes.fill(0, at, at + 1 + any(32));
    else if (kind === 4) bytes.copyWithin(at, any(bytes.length - 64), any(64));
    else bytes[at] = (bytes[at]! + 1) & 0xff;
  }
  if (random() < 0.95) sealSuperblock(bytes);
  return random() < 0.05 ? bytes.subarray(0, any(bytes.length)) : bytes;
}

/** Returns how many mutations end in an error: none would mean that they reach nothing. */
function survives(name: string, image: Uint8Array, count: number, seed: number): number {
  const random = seededRandom(seed);
  let errors = 0;
  for (let i = 0; i < count; i++) {
    const bytes = mutate(image, random);
    const start = performance.now();
    for (const action of [() => exercise(bytes), () => checkSync(memorySource(bytes))]) {
      try {
        action();
      } catch (error) {
        if (!(error instanceof ErofsError))
          throw new Error(`${name}, mutation ${i} of seed ${seed}`, { cause: error });
        errors++;
      }
    }
    const took = performance.now() - start;
    if (took > MAX_MILLISECONDS)
      throw new Error(`${name}, mutation ${i} of seed ${seed} took ${Math.round(took)} ms`);
  }
  return errors;
}

describe("mutated images end in an ErofsError or a result, soon", () => {
  it.each([9, 12, 14])("made by hand, block size bits %i", (bits) => {
    expect(survives(`hand-made ${bits}`, sampleImage(bits).bytes, MUTATIONS, bits)).toBeGreaterThan(0);
  });

  it.each(
    mkfsVariants.flatMap((mkfs) => [
      { mkfs, options: ["-zlz4", "-C16384", "-Eztailpacking,fragments"] },
      { mkfs, options: ["-zlz4", "-Ededupe,legacy-compress"] },
      { mkfs, options: ["--chunksize=4096"] },
      ...(mkfs.modern
        ? [
            { mkfs, options: ["-zlzma", "-C16384", "-Eztailpacking"] },
            { mkfs, options: ["-zdeflate,level=9", "-Ededupe"] },
            { mkfs, options: ["-zzstd", "-C65536", "-E48bit"] },
            { mkfs, options: ["-m4096", "-zlz4", "-Eztailpacking"] },
            { mkfs, options: ["-m4096"] },
          ]
        : []),
    ]),
  )("made by $mkfs.name $options", ({ mkfs, options }) => {
    const scratch = scratchDirectory();
    const source = join(scratch.path, "source");
    mkdirSync(source);
    for (let i = 0; i < 30; i++) writeFileSync(join(source, `file-${i}`), prose(i * i * 50, i));
    writeFileSync(join(source, "noise"), noise(9000, 1));
    makeImage(mkfs, options, join(scratch.path, "image"), source);
    const bytes = readFileSync(join(scratch.path, "image"));
    scratch.remove();
    expect(survives(`${mkfs.name} ${options.join(" ")}`, bytes, MUTATIONS / 5, 7)).toBeGreaterThan(0);
  });
});
