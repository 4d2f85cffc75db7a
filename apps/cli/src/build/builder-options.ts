import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { type DataAlignment, isChunkSize } from "@erofs/builder";
import type { FileBuildOptions } from "@erofs/builder/node";
import { fromText, toText } from "@erofs/format";

import { UsageError } from "../failure.ts";
import type { UuidChoice } from "../options/identity.ts";
import { readChunkDictionary } from "./chunk-dictionary.ts";
import { compressionOptions } from "./compression.ts";
import { readDataOrder } from "./data-order.ts";
import { blobFlags, type BuildFlags, chunkFlags, compressFlags, pclusterFlags } from "./flags.ts";
import { readHints } from "./hints.ts";
import { metaboxOptions } from "./metabox.ts";
import type { TimeSettings } from "./times.ts";

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

/** What the builder is told. @throws (rejects with) UsageError, CommandFailure */
export async function builderOptions(
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
