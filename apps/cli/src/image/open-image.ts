import { statSync } from "node:fs";

import type { Compressor } from "@erofs/compressor";
import { type DeviceSlot, ErofsError } from "@erofs/format";
import {
  type AsyncImage,
  type AsyncSource,
  deviceTable,
  deviceTableSync,
  httpSource,
  loadDecoders,
  open,
  openSync,
  type PrivateDecoder,
  type SyncImage,
  type SyncSource,
} from "@erofs/reader";
import { fileSource } from "@erofs/reader/node";
import type { Command } from "commander";

import { loadCompressor } from "../compressors/load.ts";
import { CommandFailure, describe, UsageError } from "../failure.ts";
import { repeatable } from "../options/list.ts";
import { sizeValue } from "../options/size.ts";
import { absentDevice, absentDevices, type DeviceOptions, isUrl, locateDevices } from "./devices.ts";

/**
 * An image from a file or from the web. Commands `await` what its methods give, which serves both: awaiting a
 * value that is there already costs next to nothing.
 */
export type Image = SyncImage | AsyncImage;

/** Options of every command that reads an image. */
export interface ImageOptions extends DeviceOptions {
  readonly offset?: number;
  readonly compressor?: readonly string[];
}

const deviceFlags = "--device <FILE>";
const deviceDirFlags = "--device-dir <DIR>";
const compressorFlags = "--compressor <MODULE>";

/** Declares the options of `ImageOptions`. */
export function addImageOptions(command: Command): Command {
  return command
    .option("--offset <SIZE>", "where the image begins within IMAGE", sizeValue)
    .option(
      deviceFlags,
      "an extra device of the image, in the order of its device table, or TAG=FILE (repeatable)",
      repeatable,
    )
    .option(
      deviceDirFlags,
      "where extra devices are that have their tag as name or digest (repeatable)",
      repeatable,
    )
    .option(
      compressorFlags,
      "a compressor, its file or its package, that decodes its own algorithm (repeatable)",
      repeatable,
    );
}

/** The part of a source from `offset` on. */
function tail(source: AsyncSource, offset: number): AsyncSource {
  if (offset === 0) return source;
  return {
    size: Math.max(0, source.size - offset),
    read: (start, length) => source.read(offset + start, length),
  };
}

/** The bytes of an image and its extra devices, not looked at yet. */
export type ImageSources = (
  | { readonly kind: "sync"; readonly source: SyncSource; readonly devices: readonly SyncSource[] }
  | { readonly kind: "async"; readonly source: AsyncSource; readonly devices: readonly AsyncSource[] }
) & {
  /** Where the devices are, if they are given; for threads that open them for themselves. */
  readonly devicePaths: readonly string[] | undefined;
  /** Names of devices that are neither given nor in one file with the image: reading data of theirs is an error. */
  readonly absent: readonly string[];
  /** Those that were named. */
  readonly compressors: readonly Compressor[];
  readonly decoders: readonly PrivateDecoder[];
};

/** The compressors that `--compressor` names. @throws UsageError, CommandFailure */
export async function namedCompressors({ compressor: names = [] }: ImageOptions): Promise<Compressor[]> {
  try {
    return await Promise.all(names.map(async (name) => (await loadCompressor(name)).compressor));
  } catch (error) {
    throw error instanceof UsageError
      ? new UsageError(`option '${compressorFlags}': ${error.message}`)
      : error;
  }
}

/** What decodes for the compressors that `--compressor` names. @throws CommandFailure */
async function decodersOf(compressors: readonly Compressor[]): Promise<PrivateDecoder[]> {
  const decoders = compressors.map(async (compressor) => {
    try {
      return await loadDecoders([compressor]);
    } catch (cause) {
      throw new CommandFailure(`compressor ${compressor.name}: ${describe(cause)}`, { cause });
    }
  });
  return (await Promise.all(decoders)).flat();
}

/** Refuses what cannot be read at any place; opening a fifo would wait for somebody to write. */
function checkReadable(path: string): void {
  const stats = statSync(path);
  if (stats.isDirectory()) throw new CommandFailure(`${path}: is a directory, not an image`);
  if (!stats.isFile() && !stats.isBlockDevice()) {
    throw new CommandFailure(`${path}: is neither a file nor a block device, an image must be one`);
  }
}

/** What an image says of its devices; undefined where it cannot be opened, which opening it in earnest will tell. */
type DeviceTable = { readonly slots: readonly DeviceSlot[]; readonly blockSize: number } | undefined;

async function tableOf(read: () => DeviceTable | Promise<DeviceTable>): Promise<DeviceTable> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ErofsError) return undefined;
    throw error;
  }
}

/** Refuses devices in files of an image on the web, and the other way round. */
function checkPlaces(location: string, { device = [], deviceDir = [] }: ImageOptions): void {
  const web = isUrl(location);
  const stranger = [...device, ...deviceDir].find((text) => isUrl(text.replace(/^[^=/]+=/, "")) !== web);
  if (stranger === undefined) return;
  const flags = device.includes(stranger) ? deviceFlags : deviceDirFlags;
  const [here, there] = web ? ["on the web", "no http(s) URL"] : ["in a file", "on the web"];
  throw new UsageError(`option '${flags}': IMAGE is ${here}, '${stranger}' is ${there}`);
}

/** Where the devices of an image are. @throws CommandFailure */
function devicePaths(table: DeviceTable, options: ImageOptions): readonly string[] | undefined {
  return table ? locateDevices(table.slots, table.blockSize, options) : options.device;
}

/** The devices of an image that has none given: stand-ins, or none where it has them in itself. */
function undelivered(size: number, table: DeviceTable) {
  if (!table) return { absent: [], devices: [] };
  const { slots, blockSize } = table;
  const absent = absentDevices(size, slots, blockSize);
  return { absent, devices: absent.map((name, i) => absentDevice(name, slots[i]!, blockSize)) };
}

/** Opens what stands at `location`, a path or an http(s) URL. @throws a system error, ErofsError for HTTP */
async function openSources(location: string, options: ImageOptions): Promise<ImageSources> {
  const { offset = 0 } = options;
  checkPlaces(location, options);
  const compressors = await namedCompressors(options);
  const plugins = { compressors, decoders: await decodersOf(compressors) };
  if (isUrl(location)) {
    const source = tail(await httpSource(location), offset);
    const table = await tableOf(() => deviceTable(source));
    const urls = devicePaths(table, options);
    const given = urls && {
      absent: [],
      devices: await Promise.all(urls.map((url) => httpSource(url))),
    };
    const { absent, devices } = given ?? undelivered(source.size, table);
    return { kind: "async", source, devices, devicePaths: urls, absent, ...plugins };
  }
  checkReadable(location);
  const source = fileSource(location, { offset });
  const opened: SyncSource[] = [source];
  try {
    const table = await tableOf(() => deviceTableSync(source));
    const paths = devicePaths(table, options);
    for (const path of paths ?? []) {
      checkReadable(path);
      opened.push(fileSource(path));
    }
    const { absent, devices } = paths
      ? { absent: [], devices: opened.slice(1) }
      : undelivered(source.size, table);
    return { kind: "sync", source, devices, devicePaths: paths, absent, ...plugins };
  } catch (error) {
    for (const each of opened) each.close?.();
    throw error;
  }
}

function openImage(sources: ImageSources): Image | Promise<Image> {
  const { kind, source, devices, decoders } = sources;
  return kind === "sync" ? openSync(source, { devices, decoders }) : open(source, { devices, decoders });
}

/** The end of what the reader says where only a plugin is missing. */
const lacksDecoder = "whose decoder was not given";

/** Whether an error is about the image or the file that it stands in. */
function isAboutImage(error: unknown): boolean {
  return error instanceof ErofsError || (error instanceof Error && "syscall" in error);
}

function named(error: unknown, location: string): unknown {
  if (!isAboutImage(error)) return error;
  const remedy = error instanceof ErofsError && error.message.endsWith(lacksDecoder);
  const message = describe(error) + (remedy ? `: ${compressorFlags} gives it` : "");
  return message.includes(location) && !remedy
    ? error
    : new CommandFailure(`${location}: ${message}`, { cause: error });
}

async function closeSources({ source, devices }: ImageSources): Promise<void> {
  for (const each of [source, ...devices]) await each.close?.();
}

/** Opens sources, hands them to `work` and closes them, whatever happens. Errors about the image name it. */
export async function withSources<T>(
  location: string,
  options: ImageOptions,
  work: (sources: ImageSources) => Promise<T>,
): Promise<T> {
  try {
    const sources = await openSources(location, options);
    try {
      return await work(sources);
    } finally {
      await closeSources(sources);
    }
  } catch (error) {
    throw named(error, location);
  }
}

/** The same for the image that is in them; `work` is told where its devices are, if they are given. */
export async function withImage<T>(
  location: string,
  options: ImageOptions,
  work: (image: Image, devicePaths: readonly string[] | undefined) => Promise<T>,
): Promise<T> {
  return withSources(location, options, async (sources) =>
    work(await openImage(sources), sources.devicePaths),
  );
}
