import { statSync } from "node:fs";

import { ErofsError } from "@erofs/format";
import { type AsyncImage, type AsyncSource, httpSource, open, openSync, type SyncImage } from "@erofs/reader";
import { fileSource } from "@erofs/reader/node";
import type { Command } from "commander";

import { CommandFailure, describe } from "../failure.ts";
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
}

/** Declares the options of `ImageOptions`. */
export function addImageOptions(command: Command): Command {
  return command
    .option("--offset <SIZE>", "where the image begins within IMAGE", sizeValue)
    .option(
      "--device <FILE>",
      "an extra device of the image, in the order of its device table (repeatable)",
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

/**
 * Opens the image at `location`, a path or an http(s) URL.
 * @throws ErofsError for bytes that are no image, a system error for a file that cannot be opened
 */
export async function openImage(location: string, options: ImageOptions): Promise<Image> {
  const { offset = 0, device: devices = [] } = options;
  if (isUrl(location)) {
    const sources = await Promise.all(devices.map((url) => httpSource(url)));
    return open(tail(await httpSource(location), offset), { devices: sources });
  }
  if (statSync(location).isDirectory()) throw new CommandFailure(`${location}: is a directory, not an image`);
  return openSync(fileSource(location, { offset }), { devices: devices.map((path) => fileSource(path)) });
}

/** Whether an error is about the image or the file that it stands in. */
function isAboutImage(error: unknown): boolean {
  return error instanceof ErofsError || (error instanceof Error && "syscall" in error);
}

function named(error: unknown, location: string): unknown {
  if (!isAboutImage(error)) return error;
  const message = describe(error);
  return message.includes(location) ? error : new CommandFailure(`${location}: ${message}`, { cause: error });
}

/** Opens an image, hands it to `work` and closes it, whatever happens. Errors about the image name it. */
export async function withImage<T>(
  location: string,
  options: ImageOptions,
  work: (image: Image) => Promise<T>,
): Promise<T> {
  try {
    const image = await openImage(location, options);
    try {
      return await work(image);
    } finally {
      await image.close();
    }
  } catch (error) {
    throw named(error, location);
  }
}
