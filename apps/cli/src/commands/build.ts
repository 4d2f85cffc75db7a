import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { type DataAlignment, isChunkSize } from "@erofs/builder";
import { buildImageFile, type FileBuildOptions, readTree, startWorkers } from "@erofs/builder/node";
import type { CompressorSpec } from "@erofs/compressor";
import { type ByteString, fromText, toText } from "@erofs/format";
import { type ReadDirectoryOptions, scanDirectory } from "@erofs/input-directory";
import { type Command, Option } from "commander";

import { readChunkDictionary } from "../build/chunk-dictionary.ts";
import { compressionOptions } from "../build/compression.ts";
import { metaboxOptions } from "../build/metabox.ts";
import { readDataOrder } from "../build/data-order.ts";
import { excludeGlobs, imageInsideSource } from "../build/exclusions.ts";
import { readHints } from "../build/hints.ts";
import { presetNames, presetRows, withPreset } from "../build/presets.ts";
import { summaryForJson, summaryLine } from "../build/summary.ts";
import { checkTarget } from "../build/target.ts";
import { timeSettings, type TimeSettings } from "../build/times.ts";
import { includedCompressors } from "../compressors/included.ts";
import { WarningLog } from "../terminal/warnings.ts";
import { UsageError } from "../failure.ts";
import type { Invocation } from "../invocation.ts";
import { compressionValue } from "../options/compression.ts";
import { type ExtendedOptions, extendedValue } from "../options/extended.ts";
import { labelValue, type UuidChoice, uuidValue } from "../options/identity.ts";
import { integerValue, secondsValue, userIdValue } from "../options/integer.ts";
import { type MetaboxFlag, metaboxValue } from "../options/metabox.ts";
import { repeatable } from "../options/list.ts";
import { alignmentValue, blockSizeValue, sizeValue } from "../options/size.ts";
import { toJson } from "../terminal/json.ts";
import { Progress } from "../terminal/progress.ts";

interface BuildFlags {
  readonly preset?: string;
  readonly blockSize: number;
  readonly compress?: readonly CompressorSpec[];
  readonly pclusterSize?: number;
  readonly compressHints?: string;
  readonly verify?: boolean;
  readonly metabox?: MetaboxFlag;
  readonly tailPacking?: true;
  readonly dedupe?: true;
  readonly compressDirectories?: boolean;
  readonly maxExtentBytes?: number;
  readonly dotOmitted?: true;
  readonly addressing: "auto" | "48bit";
  readonly alignData?: DataAlignment;
  readonly dsunit?: number;
  readonly fsalignblks: number;
  readonly dataOrder?: string;
  readonly legacyIndex?: true;
  readonly chunksize?: number;
  readonly blobdev?: string;
  readonly chunkDict?: readonly string[];
  readonly device?: readonly string[];
  readonly deviceDir?: readonly string[];
  readonly workers?: number;
  readonly label?: ByteString;
  readonly uuid?: UuidChoice;
  readonly fixedTime?: number;
  readonly buildTime?: number;
  readonly allRoot?: true;
  readonly forceUid?: number;
  readonly forceGid?: number;
  readonly uidOffset?: number;
  readonly gidOffset?: number;
  readonly excludePath?: readonly string[];
  readonly exclude?: readonly string[];
  readonly excludeFrom?: readonly string[];
  readonly oneFileSystem?: true;
  readonly hardDereference?: true;
  readonly xattrTolerance: number;
  readonly xattrPrefix?: readonly string[];
  readonly xattrInodeDigest?: string;
  readonly inlineData: boolean;
  readonly inodeForm: "auto" | "compact" | "extended";
  readonly extended?: ExtendedOptions;
  readonly keepExisting?: true;
  readonly sync: boolean;
  readonly progress?: boolean;
  readonly quiet?: true;
  readonly json?: true;
}

const phaseNames = { compare: "comparing", compress: "compressing", write: "writing" } as const;

const compressFlags = "-z, --compress <NAME[,OPTION...]>";
const chunkFlags = "--chunksize <SIZE>";
const blobFlags = "--blobdev <FILE>";
const pclusterFlags = "-C, --pcluster-size <SIZE>";

const compressorRows = includedCompressors.map(({ name, options, summary }) => {
  return `  ${name.padEnd(8)} ${summary}${options === "" ? "" : `; ${options}`}`;
});

const epilogue = `
Compressors for -z:
${compressorRows.join("\n")}
  auto     for each file what pays of lz4hc and zstd, or of a list from the fastest to read on, as
           auto:lz4hc:zstd:lzma; a slower one has to save 10 %, or with auto,worth=5 5 %
Others are modules and packages: ./mine.mjs, ./mine.mjs#name, @scope/name. Options follow behind commas, as in
zstd,19 or zstd,level=19,dictsize=64K; 'erofs compressors NAME' lists them. Several compressors have ':' between
them: the first one is for all files but those that hints give to another.

Presets, which options beside them override, as in --preset small -z zstd,19 or -E ^dedupe:
${presetRows.join("\n")}

Hints are lines of SIZE [COMPRESSOR] PATTERN: the largest cluster, 0 for no compression; the place in the list of -z
counted from 0, or a compressor as for -z; a POSIX extended regular expression for paths from SOURCE on, without a
slash in front. The first line that matches counts.

The list of --data-order has a path from SOURCE on a line, such as what a trace of the start of a system shows. What
is listed is stored together, so that reading ahead finds it; a directory stands for all in it.

Chunks are for files that are not to be compressed: with -z those that hints leave out and those of less than a block.
The blob of --blobdev is found by its tag in the device table, which is its SHA-256 digest. An image that has chunks
elsewhere is mounted with an option device=FILE for each of its devices, in the order that 'erofs inspect' lists.

Sizes are bytes, or have a unit of 1024: 4096, 4K, 64K, 1M.

The same SOURCE and options give the same bytes, on every host and with any number of workers, unless -U random
is asked for. SOURCE_DATE_EPOCH in the environment sets the build time and is the latest time that files may
have. IMAGE is replaced, once the new one is complete; when the build fails, it stays as it was.

Patterns of --exclude: one without a slash, like '*.o', is for names anywhere; one with a slash, like /build or
'doc/*.html', for paths from SOURCE on; one with a slash at its end for directories only. '**' crosses directories.

Examples:
  erofs build -z lz4hc,level=12 -C 64K rootfs rootfs.erofs
  erofs build --chunksize 1M --blobdev b.blob --chunk-dict a.erofs b b.erofs
  erofs build --all-root -T 0 --exclude '*.pyc' --exclude-path var/cache app app.erofs`;

const anyInteger = integerValue({ min: -0xffffffff, max: 0xffffffff });

function declareOptions(command: Command): void {
  command
    .addOption(new Option("--preset <NAME>", "options for a purpose; see below").choices(presetNames))
    .optionsGroup("Layout:")
    .option(
      "-b, --block-size <SIZE>",
      "512 to 65536; Linux mounts blocks up to its page size",
      blockSizeValue,
      4096,
    )
    .option("--data-order <FILE>", "data of the paths listed in FILE first, in its order; see below")
    .option("--dot-omitted", "no entry '.' in directories; Linux 6.15")
    .addOption(
      new Option(
        "--addressing <FORM>",
        "48bit: shorter indexes of large clusters, 32-byte inodes of any time; Linux 6.15",
      )
        .choices(["auto", "48bit"])
        .default("auto"),
    )
    .option(
      "--align-data <SIZE[:MIN]>",
      "multiples of SIZE for files of MIN (default: SIZE) bytes that are stored as they are; 2M for DAX",
      alignmentValue,
    )
    // Inodes and directories have zones of their own anyway.
    .addOption(new Option("--MZ <PARTS>").choices(["0", "i", "d", "id", "di"]).hideHelp())
    .option(
      "--dsunit <BLOCKS>",
      "the same for all files, in blocks",
      integerValue({ min: 0, max: 0xffffffff }),
    )
    .option(
      "--fsalignblks <BLOCKS>",
      "make the image a multiple of this many blocks",
      integerValue({ min: 1, max: 0xffffffff }),
      1,
    )
    .option("--no-inline-data", "give the ends of files blocks of their own, not places behind inodes")
    .addOption(
      new Option(
        "--inode-form <FORM>",
        "32-byte inodes, which have one time and 16-bit owners, or 64-byte ones",
      )
        .choices(["auto", "compact", "extended"])
        .default("auto"),
    )
    .optionsGroup("Compression:")
    .option(compressFlags, "how to compress; see below (default: none)", compressionValue)
    .option(pclusterFlags, "the most that a cluster takes on disk, up to 1M (default: one block)", sizeValue)
    .option("--compress-hints <FILE>", "compressors and sizes of clusters for what matches; see below")
    .option("--verify", "decode each cluster and compare (default: what plugins make)")
    .option("--no-verify", "trust plugins")
    .option(
      "-m, --metabox <SIZE[:NAME]>",
      "inodes too, in clusters of SIZE, by the compressor NAME; Linux 6.17",
      metaboxValue,
    )
    .option("--tail-packing", "the last cluster of a file behind its inode, if it is small; Linux 5.17")
    .option("--dedupe", "what files have in common once: equal files, equal parts of compressed ones")
    .option("--zD, --compress-directories", "directories too, small ones together; Linux 6.1")
    .option("--no-compress-directories", "directories as they are (default)")
    .option(
      "--max-extent-bytes <SIZE>",
      "the most that a cluster decodes to, which is what reading one byte costs (default: what fits)",
      sizeValue,
    )
    .option("--legacy-index", "index of clusters for Linux before 5.3; larger")
    .optionsGroup("Chunks:")
    .option(chunkFlags, "files of chunks of this size, equal ones once; see below", sizeValue)
    .option(blobFlags, "the chunks in a file of their own, which is an extra device of IMAGE")
    .option(
      "--chunk-dict <IMAGE>",
      "leave out chunks that this image has; the devices that have them become extra devices (repeatable)",
      repeatable,
    )
    .option(
      "--device <FILE>",
      "a device of the image of --chunk-dict, in the order of its device table, or TAG=FILE (repeatable)",
      repeatable,
    )
    .option(
      "--device-dir <DIR>",
      "where devices of images of --chunk-dict are, beside those in their own folders (repeatable)",
      repeatable,
    )
    .optionsGroup("Work:")
    .option(
      "--workers <N>",
      "threads, 0 for none beside the main one (default: one a processor)",
      integerValue({ min: 0, max: 1024 }),
    )
    .optionsGroup("Identity and time:")
    .option("-L, --label <TEXT>", "volume label, at most 16 bytes (15 for Linux before 6.15)", labelValue)
    .option("-U, --uuid <UUID>", "a UUID, 'clear' or 'random' (default: derived from the tree)", uuidValue)
    .option(
      "-T, --fixed-time <SECONDS>",
      "time of all files and of the build, in seconds since 1970",
      secondsValue,
    )
    .option(
      "--build-time <SECONDS>",
      "time of the build only (default: that of the newest file)",
      secondsValue,
    )
    .optionsGroup("Owners and attributes:")
    .addOption(new Option("--all-root", "everything belongs to root").conflicts(["forceUid", "forceGid"]))
    .option("--force-uid <ID>", "owner of everything", userIdValue)
    .option("--force-gid <ID>", "group of everything", userIdValue)
    .option("--uid-offset <N>", "number to add to every owner", anyInteger)
    .option("--gid-offset <N>", "number to add to every group", anyInteger)
    .option(
      "-x, --xattr-tolerance <N>",
      "store an xattr once that more than N files have; below 0: no xattrs",
      integerValue({ min: -0x7fffffff, max: 0x7fffffff }),
      2,
    )
    .option(
      "--xattr-prefix <TEXT>",
      "store this beginning of xattr names once (repeatable); Linux 6.4",
      repeatable,
    )
    .option(
      "--xattr-inode-digest <NAME>",
      "an xattr with the SHA-256 of each file, by which Linux 7.0 may share their memory; NAME is attached by '=' or left out",
    )
    .optionsGroup("What goes in:")
    .option("--exclude-path <PATH>", "leave out this path, relative to SOURCE (repeatable)", repeatable)
    .option("--exclude <GLOB>", "leave out what matches; see below (repeatable)", repeatable)
    .option("--exclude-from <FILE>", "leave out what matches a line of FILE (repeatable)", repeatable)
    .option("--one-file-system", "leave directories empty that other file systems are mounted on")
    .option("--hard-dereference", "make a file of its own of each hard link")
    .optionsGroup("Other options:")
    .option("-E, --extended <WORDS>", "words of mkfs.erofs: noinline_data, legacy-compress, …", extendedValue)
    .option("--keep-existing", "fail when IMAGE exists instead of replacing it")
    .option("--no-sync", "do not wait until IMAGE has reached the disk")
    .option("--progress", "show progress even if stderr is no terminal")
    .option("--no-progress", "show no progress")
    .option("-q, --quiet", "neither progress nor summary; warnings and errors still come")
    .option("--json", "summary and warnings as JSON on stdout");
}

function uuidBytes(choice: UuidChoice | undefined): Uint8Array | undefined {
  if (choice !== "random") return choice;
  return new Uint8Array(Buffer.from(randomUUID().replaceAll("-", ""), "hex"));
}

/** `--dsunit` is of all files, whatever their size. */
function dataAlignment({ alignData, dsunit = 0, blockSize }: BuildFlags): DataAlignment | undefined {
  return dsunit > 0 ? { size: dsunit * blockSize, from: 0 } : alignData;
}

/** The part of the builder's options that is about chunks. @throws UsageError, CommandFailure */
function chunkOptions(flags: BuildFlags, image: string): Pick<FileBuildOptions, "chunks" | "blobFile"> {
  const { chunksize: size, blobdev, chunkDict = [], blockSize } = flags;
  if (size === undefined) {
    const [flag] = [blobdev && blobFlags, chunkDict[0] && "--chunk-dict <IMAGE>"].filter(Boolean);
    if (flag) throw new UsageError(`option '${flag}' is for chunks: '${chunkFlags}' says how large they are`);
    return {};
  }
  if (!isChunkSize(size, blockSize)) {
    throw new UsageError(`option '${chunkFlags}': expected a power of two from the block size to 64M`);
  }
  if (flags.extended?.chunkEntries === "block-map" && (blobdev !== undefined || chunkDict.length > 0)) {
    throw new UsageError("option '-E': force-inode-blockmap leaves no room to name extra devices");
  }
  if (blobdev === undefined) return { chunks: { size, ...dictionaryOf(flags, [image]) } };
  if (resolve(blobdev) === resolve(image)) throw new UsageError(`option '${blobFlags}': it is IMAGE`);
  return { chunks: { size, ...dictionaryOf(flags, [image, blobdev]) }, blobFile: blobdev };
}

/** The dictionary of `--chunk-dict`, which must not be among what is written. */
function dictionaryOf({ chunkDict: images, chunksize, blockSize, ...flags }: BuildFlags, targets: string[]) {
  if (images === undefined) return {};
  const dictionary = readChunkDictionary(images, chunksize!, blockSize, flags);
  const files = new Set(targets.map((path) => resolve(path)));
  for (const { content } of dictionary.devices) {
    const path = content.kind === "file" ? toText(`${content.directory}/${content.name}`) : "";
    if (files.has(path)) throw new UsageError(`'${path}' has chunks of --chunk-dict: it cannot be replaced`);
  }
  return { dictionary };
}

/** What the builder is told. */
async function builderOptions(
  flags: BuildFlags,
  image: string,
  times: TimeSettings,
): Promise<FileBuildOptions> {
  const { blockSize, extended, pclusterSize = blockSize } = flags;
  const compression = await compressionOptions(
    {
      specs: flags.compress ?? [],
      pclusterSize,
      blockSize,
      hints: flags.compressHints === undefined ? [] : readHints(flags.compressHints),
      verify: flags.verify,
    },
    { compress: `option '${compressFlags}'`, pclusterSize: `option '${pclusterFlags}'` },
  );
  return {
    blockSize,
    ...compression,
    ...chunkOptions(flags, image),
    chunkEntries: extended?.chunkEntries ?? "auto",
    ...(flags.workers === undefined ? {} : { workers: flags.workers }),
    ...(flags.label === undefined ? {} : { volumeName: flags.label }),
    uuid: uuidBytes(flags.uuid),
    sync: flags.sync,
    buildTime: times.buildTime,
    inlineData: extended?.inlineData ?? flags.inlineData,
    tailPacking: extended?.tailPacking ?? flags.tailPacking ?? false,
    dedupe: extended?.dedupe ?? flags.dedupe ?? false,
    compressDirectories: flags.compressDirectories ?? false,
    maxExtentBytes: flags.maxExtentBytes,
    dotOmitted: extended?.dotOmitted ?? flags.dotOmitted ?? false,
    metabox: await metaboxOptions(flags.metabox, flags.verify),
    dataAlignment: dataAlignment(flags),
    imageAlignment: flags.fsalignblks,
    addressing: extended?.addressing ?? flags.addressing,
    ...(flags.dataOrder === undefined ? {} : { dataOrder: readDataOrder(flags.dataOrder) }),
    fragments: extended?.fragments && { ...extended.fragments, dedupe: extended.fragmentDedupe },
    inodeForm: extended?.inodeForm ?? flags.inodeForm,
    xattrTolerance: Math.max(0, flags.xattrTolerance),
    xattrPrefixes: flags.xattrPrefix?.map(fromText),
    plainXattrPrefixes: extended?.plainXattrPrefixes,
    inodeDigest: flags.xattrInodeDigest === undefined ? undefined : fromText(flags.xattrInodeDigest),
    legacyIndex: extended?.legacyIndex ?? flags.legacyIndex ?? false,
  };
}

/** What the reader of the source is told, its callbacks aside. */
function sourceOptions(
  flags: BuildFlags,
  times: TimeSettings,
  ownPaths: readonly string[],
): ReadDirectoryOptions {
  return {
    oneFileSystem: flags.oneFileSystem,
    excludePaths: [...(flags.excludePath ?? []), ...ownPaths],
    excludeGlobs: excludeGlobs(flags.exclude, flags.excludeFrom),
    hardDereference: flags.hardDereference,
    xattrs: flags.xattrTolerance >= 0,
    allRoot: flags.allRoot,
    uid: flags.forceUid,
    gid: flags.forceGid,
    uidOffset: flags.uidOffset,
    gidOffset: flags.gidOffset,
    fixedTime: times.fixedTime,
    clampTime: times.clampTime,
  };
}

async function build(
  source: string,
  image: string,
  flags: BuildFlags,
  invocation: Invocation,
): Promise<void> {
  const { terminal } = invocation;
  const started = performance.now();
  const times = timeSettings(flags, terminal.env["SOURCE_DATE_EPOCH"]);
  const options = await builderOptions(flags, image, times);
  const targets = flags.blobdev === undefined ? [image] : [image, flags.blobdev];
  const ownPaths = targets.flatMap((target) => imageInsideSource(source, target) ?? []);
  const reading = sourceOptions(flags, times, ownPaths);
  checkTarget(image, flags.keepExisting === true);
  if (flags.blobdev !== undefined)
    checkTarget(flags.blobdev, flags.keepExisting === true, `option '${blobFlags}':`);

  const progress = new Progress(terminal, { enabled: flags.quiet === true ? false : flags.progress });
  const warnings = new WarningLog(terminal, progress);
  // Threads take a while to start; meanwhile, the tree is read, and once they run they compress what is found.
  const executor = await startWorkers(options);
  try {
    const scan = scanDirectory(source, {
      ...reading,
      onWarning: (warning) => warnings.add(warning),
      onProgress: (doneFiles) => progress.update({ phase: "scanning", doneBytes: 0, doneFiles }),
    });
    const { tree, headStart } = await readTree(scan, options, executor);
    const { root, stats } = tree;
    const { imageBytes, blobBytes, uuid } = await buildImageFile(root, image, {
      ...options,
      executor,
      headStart,
      onProgress: ({ phase, ...bytes }) =>
        progress.update({ phase: phaseNames[phase], ...bytes, doneFiles: 0 }),
      signal: invocation.interruptSignal(),
    });
    progress.clear();
    await warnings.end();
    const milliseconds = performance.now() - started;
    const { kept, count } = warnings;
    const result = {
      image,
      uuid,
      stats,
      imageBytes,
      blobBytes,
      milliseconds,
      warnings: kept,
      warningCount: count,
    };
    if (flags.json === true) await terminal.line(toJson(summaryForJson(result), 2));
    else if (flags.quiet !== true) await terminal.note(summaryLine(result));
  } finally {
    progress.clear();
    await executor.close();
  }
}

export function define(command: Command, invocation: Invocation): void {
  command
    .description("Makes an EROFS image of a directory and all that is in it.")
    .addHelpText("after", epilogue)
    .action((source: string, image: string, flags: BuildFlags) =>
      build(source, image, withPreset(flags, command, declareOptions), invocation),
    );
  declareOptions(command);
}
