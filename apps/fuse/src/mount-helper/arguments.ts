import { resolve } from "node:path";
import { ErofsError } from "@erofs/format";
import { isAddress } from "../image-bytes.ts";
import type { ServeOptions } from "../serve-options.ts";

/** What mount(8) asks a helper for. */
export interface MountRequest {
  readonly options: ServeOptions;
  readonly logFile: string | undefined;
  /** `-f`: all but the mounting itself. */
  readonly fake: boolean;
}

const usage = "usage: mount.fuse.erofs IMAGE DIRECTORY [-sfnv] [-N NAMESPACE] [-o OPTIONS] [-t TYPE]";

/** Words of /etc/fstab that are for others, or change nothing of a mount that is read-only and never changes. */
const ignoredWords = new Set(
  (
    "ro rw defaults auto noauto user nouser users nousers owner noowner group nogroup nofail _netdev async sync silent loud " +
    "atime noatime diratime nodiratime relatime norelatime strictatime nostrictatime lazytime nolazytime"
  ).split(" "),
);
/** Comments, and what is for systemd and the tools of util-linux. */
const comments = /^(comment=|x-|X-)/;

type Settings = { -readonly [K in keyof ServeOptions]: ServeOptions[K] };

/** Parses the arguments of `mount.fuse.erofs` as mount(8) gives them. @throws ErofsError EINVAL */
export function parseArguments(args: readonly string[]): MountRequest {
  const places: string[] = [];
  const words: string[] = [];
  let fake = false;
  let sloppy = false;
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "-o") words.push(...splitWords(rest.shift() ?? ""));
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
  const devices: string[] = [];
  const options: Settings = {
    image: isAddress(image) ? image : resolve(image),
    directory: resolve(directory),
    devices,
  };
  let logFile: string | undefined;
  for (const word of words) {
    const [name, value] = splitOnce(word);
    if (name === "device" && value !== undefined) devices.push(isAddress(value) ? value : resolve(value));
    else if (name === "log" && value !== undefined) logFile = resolve(value);
    else if (!applyWord(options, name, value) && !sloppy && !ignoredWords.has(word) && !comments.test(word)) {
      throw new ErofsError("EINVAL", `unknown mount option "${word}"`);
    }
  }
  return { options, logFile, fake };
}

/** Whether there is such an option. */
function applyWord(options: Settings, name: string, value: string | undefined): boolean {
  if (value === undefined) {
    const [key, setting] = flags[name] ?? [];
    if (key === undefined) return false;
    options[key] = setting!;
    return true;
  }
  if (name === "offset") options.offset = sizeOf(name, value);
  else if (name === "cache") options.cacheBytes = sizeOf(name, value);
  else if (name === "disk_cache") options.remote = { ...options.remote, cacheBytes: sizeOf(name, value) };
  else if (name === "cache_dir") options.remote = { ...options.remote, cacheDirectory: resolve(value) };
  else if (name === "workers") options.workers = Math.max(1, sizeOf(name, value));
  else if (name === "fsname") options.source = value;
  else return false;
  return true;
}

type Flag = "allowOther" | "checkPermissions" | "suid" | "dev" | "exec" | "autoUnmount";

const flags: Readonly<Record<string, readonly [Flag, boolean]>> = {
  allow_other: ["allowOther", true],
  default_permissions: ["checkPermissions", true],
  suid: ["suid", true],
  nosuid: ["suid", false],
  dev: ["dev", true],
  nodev: ["dev", false],
  exec: ["exec", true],
  noexec: ["exec", false],
  auto_unmount: ["autoUnmount", true],
  noauto_unmount: ["autoUnmount", false],
};

/** At commas, but for those behind a backslash. */
function splitWords(text: string): string[] {
  return [...text.matchAll(/(?:\\.|[^,\\])+/gs)].map(([word]) => word.replace(/\\(.)/gs, "$1"));
}

function splitOnce(word: string): [string, string | undefined] {
  const at = word.indexOf("=");
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

/** A number of bytes: "65536", "64K", "64M", "1G". */
function sizeOf(name: string, text: string): number {
  const match = /^(\d{1,15})([KMG]?)$/i.exec(text);
  if (match === null)
    throw new ErofsError("EINVAL", `mount option ${name}=${text}: expected a number, as 65536 or 64M`);
  const unit = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[match[2]!.toUpperCase()]!;
  return Number(match[1]) * unit;
}
