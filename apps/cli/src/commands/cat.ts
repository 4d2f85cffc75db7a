import { FileType, PathError, typeOfMode } from "@erofs/format";
import type { Command } from "commander";

import { typeName } from "../image/mode.ts";
import { addImageOptions, type Image, type ImageOptions, withImage } from "../image/open-image.ts";
import { locate } from "../image/paths.ts";
import type { Invocation } from "../invocation.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Bytes in memory at a time, however big the file. */
const chunkSize = 1 << 20;

async function writeFile(
  image: Image,
  argument: string,
  terminal: Terminal,
  chunk: Uint8Array,
): Promise<void> {
  const { node } = await locate(image, argument, true);
  const type = typeOfMode(node.mode);
  if (type !== FileType.regular) {
    const code = type === FileType.directory ? "EISDIR" : "EINVAL";
    throw new PathError(code, `${argument}: is a ${typeName(type)}, not a file`);
  }
  for (let offset = 0; offset < node.size;) {
    const length = Math.min(chunkSize, node.size - offset);
    const count = await image.readInto(node, offset, chunk.subarray(0, length));
    await terminal.write(chunk.subarray(0, count));
    offset += count;
  }
}

export function define(command: Command, invocation: Invocation): void {
  addImageOptions(command)
    .description(
      "Writes the content of files to the standard output, one after the other. Symlinks are followed.",
    )
    .action(async (location: string, paths: string[], options: ImageOptions) => {
      await withImage(location, options, async (image) => {
        const chunk = new Uint8Array(chunkSize);
        for (const path of paths) await writeFile(image, path, invocation.terminal, chunk);
      });
    });
}
