import { ErofsError, parseSize } from "@erofs/format";

/** What words of `-o` ask for. */
export interface MountWords {
  readonly offset?: number;
  readonly devices: readonly string[];
  readonly allowOther?: true;
  readonly checkPermissions?: true;
  /** Undefined where nothing is said: the kernel's EROFS and FUSE differ in what is usual. */
  readonly suid?: boolean;
  readonly dev?: boolean;
  readonly exec?: boolean;
  readonly autoUnmount?: boolean;
  /** Options of the kernel's EROFS, as they are. */
  readonly kernelOptions: readonly string[];
  readonly via?: "fuse" | "kernel";
  readonly workers?: number;
  readonly cache?: number;
  readonly diskCache?: number;
  readonly cacheDir?: string;
  readonly log?: string;
  /** What the table of mounts shows as the source. */
  readonly source?: string;
}

type Found = { -readonly [K in keyof MountWords]: MountWords[K] };

/** Words of /etc/fstab that are for others, or change nothing of a mount that is read-only and never changes. */
const ignored = new Set(
  (
    "ro rw defaults auto noauto user nouser users nousers owner noowner group nogroup nofail _netdev async sync silent " +
    "loud loop atime noatime diratime nodiratime relatime norelatime strictatime nostrictatime lazytime nolazytime " +
    "iversion noiversion mand nomand subtype=erofs"
  ).split(" "),
);
/** Comments, and what is for systemd and the tools of util-linux. */
const comments = /^(comment=|user=|uhelper=|helper=|x-|X-)/;

/** Options of the kernel's EROFS (and of LSMs), which mean nothing to FUSE. */
const kernelWords =
  /^(user_xattr|nouser_xattr|acl|noacl|dax|(cache_strategy|dax|domain_id|context|fscontext|defcontext|rootcontext)=.*)$/;

const switches: Readonly<Record<string, Partial<MountWords>>> = {
  allow_other: { allowOther: true },
  default_permissions: { checkPermissions: true },
  suid: { suid: true },
  nosuid: { suid: false },
  dev: { dev: true },
  nodev: { dev: false },
  exec: { exec: true },
  noexec: { exec: false },
  auto_unmount: { autoUnmount: true },
  noauto_unmount: { autoUnmount: false },
  fuse: { via: "fuse" },
  kernel: { via: "kernel" },
};

function sizeOf(name: string, text: string): number {
  const size = parseSize(text);
  if (size === undefined) {
    throw new ErofsError("EINVAL", `mount option '${name}=${text}' is no size such as 4096 or 64M`);
  }
  return size;
}

const setters: Readonly<Record<string, (found: Found, value: string) => void>> = {
  offset: (found, value) => (found.offset = sizeOf("offset", value)),
  device: (found, value) => (found.devices = [...found.devices, value]),
  cache: (found, value) => (found.cache = sizeOf("cache", value)),
  disk_cache: (found, value) => (found.diskCache = sizeOf("disk_cache", value)),
  cache_dir: (found, value) => (found.cacheDir = value),
  workers: (found, value) => (found.workers = Math.max(1, sizeOf("workers", value))),
  log: (found, value) => (found.log = value),
  fsname: (found, value) => (found.source = value),
};

/** At commas, but for those behind a backslash. */
function split(text: string): string[] {
  return [...text.matchAll(/(?:\\.|[^,\\])+/gs)].map(([word]) => word.replace(/\\(.)/gs, "$1"));
}

/**
 * Reads what was given with `-o`, as mount(8) has it.
 * @param sloppy whether to leave out words that nobody knows
 * @throws ErofsError EINVAL for them otherwise
 */
export function parseMountWords(lists: readonly string[], sloppy = false): MountWords {
  const found: Found = { devices: [], kernelOptions: [] };
  for (const word of lists.flatMap(split)) {
    const at = word.indexOf("=");
    const name = at < 0 ? word : word.slice(0, at);
    if (ignored.has(word) || comments.test(word)) continue;
    if (kernelWords.test(word)) found.kernelOptions = [...found.kernelOptions, word];
    else if (at < 0 && Object.hasOwn(switches, name)) Object.assign(found, switches[name]);
    else if (at >= 0 && Object.hasOwn(setters, name)) setters[name]!(found, word.slice(at + 1));
    else if (!sloppy) throw new ErofsError("EINVAL", `unknown mount option '${word}'`);
  }
  return found;
}
