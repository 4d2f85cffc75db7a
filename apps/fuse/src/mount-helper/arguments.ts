import { resolve } from "node:path";
import { ErofsError } from "@erofs/format";
import { isAddress } from "../image-bytes.ts";
import type { ServeOptions } from "../serve-options.ts";
import { parseMountWords } from "./mount-words.ts";

/** What mount(8) asks a helper for. */
export interface MountRequest {
  readonly options: ServeOptions;
  readonly logFile: string | undefined;
  /** `-f`: all but the mounting itself. */
  readonly fake: boolean;
}

const usage = "usage: mount.fuse.erofs IMAGE DIRECTORY [-sfnv] [-N NAMESPACE] [-o OPTIONS] [-t TYPE]";

/** Parses the arguments of `mount.fuse.erofs` as mount(8) gives them. @throws ErofsError EINVAL */
export function parseArguments(args: readonly string[]): MountRequest {
  const places: string[] = [];
  const lists: string[] = [];
  let fake = false;
  let sloppy = false;
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "-o") lists.push(rest.shift() ?? "");
    else if (arg === "-t" || arg === "-N") rest.shift();
    else if (/^-[sfnvrw]+$/.test(arg)) {
      fake ||= arg.includes("f");
      sloppy ||= arg.includes("s");
    } else if (arg.startsWith("-") && arg !== "-")
      throw new ErofsError("EINVAL", `unknown option ${arg}; ${usage}`);
    else places.push(arg);
  }
  const [image, directory] = places;
  if (image === undefined || directory === undefined || places.length > 2)
    throw new ErofsError("EINVAL", usage);
  const {
    cache,
    diskCache,
    cacheDir,
    log,
    devices,
    kernelOptions: _,
    via,
    ...words
  } = parseMountWords(lists, sloppy);
  if (via === "kernel") throw new ErofsError("EINVAL", "mount option 'kernel': this mounts by FUSE");
  const options: ServeOptions = {
    ...words,
    image: placeOf(image),
    directory: resolve(directory),
    devices: devices.map(placeOf),
    cacheBytes: cache,
    remote: {
      cacheBytes: diskCache,
      cacheDirectory: cacheDir === undefined ? undefined : resolve(cacheDir),
    },
  };
  return { options, logFile: log === undefined ? undefined : resolve(log), fake };
}

/** An address as it is, a path absolute. */
function placeOf(text: string): string {
  return isAddress(text) ? text : resolve(text);
}
