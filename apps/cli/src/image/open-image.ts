import { statSync } from "node:fs";

import type { Compressor } from "@erofs/compressor";
import { ErofsError } from "@erofs/format";
import {
  type AsyncImage,
  type AsyncSource,
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

/**
 * An image from a file or from the web. Commands `await` what its methods give, which serves both: awaiting a
 * value that is there already costs next to nothing.
 */
export type Image = SyncImage | AsyncImage;

/** Options of every command that reads an image. */
export interface ImageOptions {
  readonly offset?: number;
  readonly device?: readonly string[];
  readonly compressor?: readonly string[];
}

const deviceFlags = "--device <FILE>";
const compressorFlags = "--compressor <MODULE>";

/** Declares the options of `ImageOptions`. */
export function addImageOptions(command: Command): Command {
  return command
    .option("--offset <SIZE>", "where the image begins within IMAGE", sizeValue)
    .option(
      deviceFlags,
      "an extra device of the image, in the order of its device table (repeatable)",
      repeatable,
    )
    .option(
      compressorFlags,
      "a compressor, its file or its package, that decodes its own algorithm (repeatable)",
      repeatable,
    );
}

export function isUrl(location: string): boolean {
  return /^https?:\/\//i.test(location);
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

/** Opens what stands at `location`, a path or an http(s) URL. @throws a system error, ErofsError for HTTP */
async function openSources(location: string, options: ImageOptions): Promise<ImageSources> {
  const { offset = 0, device: devices = [] } = options;
  const compressors = await namedCompressors(options);
  const decoders = await decodersOf(compressors);
  const web = isUrl(location);
  const stranger = devices.find((device) => isUrl(device) !== web);
  if (stranger !== undefined) {
    const [here, there] = web ? ["on the web", "no http(s) URL"] : ["in a file", "on the web"];
    throw new UsageError(`option '${deviceFlags}': IMAGE is ${here}, '${stranger}' is ${there}`);
  }
  if (web) {
    return {
      kind: "async",
      source: tail(await httpSource(location), offset),
      devices: await Promise.all(devices.map((url) => httpSource(url))),
      compressors,
      decoders,
    };
  }
  for (const path of [location, ...devices]) checkReadable(path);
  const source = fileSource(location, { offset });
  try {
    return { kind: "sync", source, devices: devices.map((path) => fileSource(path)), compressors, decoders };
  } catch (error) {
    source.close?.();
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

/** The same for the image that is in them. */
export async function withImage<T>(
  location: string,
  options: ImageOptions,
  work: (image: Image) => Promise<T>,
): Promise<T> {
  return withSources(location, options, async (sources) => work(await openImage(sources)));
}
