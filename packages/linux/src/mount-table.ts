import { readFileSync } from "node:fs";

/** A mount as `/proc/self/mountinfo` tells it. All texts are byte strings. */
export interface MountEntry {
  readonly id: number;
  readonly parentId: number;
  /** `st_dev` of the files in it. */
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  /** The directory of the file system that is seen; "/" unless it is a bind mount of a part. */
  readonly root: string;
  /** Where it is mounted, as seen from the root of this process. */
  readonly target: string;
  /** "ro", "nosuid", …: of this mount. */
  readonly options: readonly string[];
  /** "erofs", "fuse.erofs". */
  readonly type: string;
  readonly source: string;
  /** Options of the file system. */
  readonly superOptions: readonly string[];
}

/** All mounts that this process sees, in the kernel's order: of several on one directory, the last is on top. */
export function readMountTable(): MountEntry[] {
  return parseMountTable(readFileSync("/proc/self/mountinfo", "latin1"));
}

/** Parses the text of `/proc/self/mountinfo`. Lines that are none are left out. */
export function parseMountTable(text: string): MountEntry[] {
  return text.split("\n").flatMap((line) => parseLine(line) ?? []);
}

function parseLine(line: string): MountEntry | undefined {
  // 41 26 0:38 / /mnt ro,relatime shared:1 - erofs /a.erofs ro,user_xattr
  const fields = line.split(" ");
  const end = fields.indexOf("-", 6);
  const [id, parentId, device, root, target, options] = fields;
  const numbers = /^(\d+):(\d+)$/.exec(device ?? "");
  if (end < 0 || numbers === null) return undefined;
  const [type, source, superOptions] = fields.slice(end + 1);
  return {
    id: Number(id),
    parentId: Number(parentId),
    deviceMajor: Number(numbers[1]),
    deviceMinor: Number(numbers[2]),
    root: unescape(root ?? ""),
    target: unescape(target ?? ""),
    options: listOf(options),
    type: unescape(type ?? ""),
    source: unescape(source ?? ""),
    superOptions: listOf(superOptions),
  };
}

/** Space, tab, newline, backslash and, in sources, "#" are written as `\040`, in octal. */
function unescape(text: string): string {
  return text.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}

function listOf(options = ""): string[] {
  return options === "" ? [] : options.split(",").map(unescape);
}
