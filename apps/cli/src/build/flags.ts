import type { DataAlignment } from "@erofs/builder";
import type { CompressorSpec } from "@erofs/compressor";
import type { ByteString } from "@erofs/format";
import { type Command, Option } from "commander";

import { compressionValue } from "../options/compression.ts";
import { type ExtendedOptions, extendedValue } from "../options/extended.ts";
import { labelValue, type UuidChoice, uuidValue } from "../options/identity.ts";
import { integerValue, secondsValue, userIdValue } from "../options/integer.ts";
import { repeatable } from "../options/list.ts";
import { type MetaboxFlag, metaboxValue } from "../options/metabox.ts";
import { alignmentValue, blockSizeValue, sizeValue } from "../options/size.ts";
import { presetNames } from "./presets.ts";

/** What `erofs build` was given beside SOURCE and IMAGE. */
export interface BuildFlags {
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

export const compressFlags = "-z, --compress <NAME[,OPTION...]>";
export const chunkFlags = "--chunksize <SIZE>";
export const blobFlags = "--blobdev <FILE>";
export const pclusterFlags = "-C, --pcluster-size <SIZE>";

const anyInteger = integerValue({ min: -0xffffffff, max: 0xffffffff });

/** Declares the options of `BuildFlags`. */
export function declareOptions(command: Command): void {
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
