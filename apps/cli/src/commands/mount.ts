import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";

import { ErofsError, FeatureIncompat } from "@erofs/format";
import { type MountWords, parseMountWords } from "@erofs/fuse-daemon/mount-words";
import { available, isLinux, MountFlag, pageSize } from "@erofs/linux";
import type { Command } from "commander";

import { CommandFailure, UsageError } from "../failure.ts";
import { absentDevices, deviceRemedy, isUrl, locateDevices } from "../image/devices.ts";
import { namedCompressors } from "../image/open-image.ts";
import type { Invocation } from "../invocation.ts";
import { findMount } from "../mount/find-mount.ts";
import type { FuseMountRequest } from "../mount/fuse-mount.ts";
import { imageFacts } from "../mount/image-facts.ts";
import { mountByKernel } from "../mount/kernel-mount.ts";
import { kernelObstacle } from "../mount/kernel-obstacle.ts";
import { kernelRefusal } from "../mount/kernel-refusal.ts";
import { listMounts } from "../mount/list-mounts.ts";
import { loopFile } from "../mount/mount-table.ts";
import { integerValue } from "../options/integer.ts";
import { repeatable } from "../options/list.ts";
import { sizeValue } from "../options/size.ts";
import { nameFromText } from "../terminal/quote.ts";

interface MountFlags {
  readonly fuse?: true;
  readonly kernel?: true;
  readonly offset?: number;
  readonly device?: readonly string[];
  readonly deviceDir?: readonly string[];
  readonly compressor?: readonly string[];
  readonly allowOther?: boolean;
  readonly workers?: number;
  readonly cache?: number;
  readonly diskCache?: number;
  readonly cacheDir?: string;
  readonly foreground?: true;
  readonly log?: string;
  readonly options?: readonly string[];
  readonly list?: true;
  readonly json?: true;
  readonly quiet?: true;
}

const epilogue = `
IMAGE is a file, a block device or an http(s) address. The kernel's own EROFS mounts it when it can, which is fastest:
for root, from a file as it is (Linux 6.12) or through a loop device. Where it cannot, the image is served by FUSE:
for ordinary users (with fusermount3 of the package fuse3), for images on the web, for blocks larger than a page of
memory and for private compressors. 'erofs umount DIR' undoes either.

FUSE needs a process that serves. It goes to the background once the mount answers, and ends when that is unmounted.
When it is killed, the mount goes with it. What cannot be read of a damaged image is told in the --log.

An image on the web is read by ranges, of which --disk-cache is kept for the next time too. While the server does not
answer, reads of anything else fail with EIO, and succeed again when it is back. When it has another file under the
address, they fail with ESTALE: unmount and mount again.

-o takes the words of mount(8) and, here as in /etc/fstab, those of this command: offset=N, device=FILE,
cache=SIZE, disk_cache=SIZE, cache_dir=DIR, workers=N, log=FILE, fsname=TEXT, allow_other, default_permissions,
noauto_unmount, fuse, kernel; for the kernel user_xattr, acl, cache_strategy=, dax= and their opposites. A comma in a
value is written '\\,'.

In /etc/fstab, by the kernel without this command, or by FUSE, for which mount(8) runs mount.fuse3 (package fuse3),
and that the 'erofs' in its PATH:
  /srv/rootfs.erofs                 /mnt  erofs       loop,ro                     0 0
  /srv/rootfs.erofs                 /mnt  fuse.erofs  ro,allow_other              0 0
  https://example.org/rootfs.erofs  /mnt  fuse.erofs  ro,allow_other,_netdev,log=/var/log/rootfs  0 0

Examples:
  erofs mount rootfs.erofs /mnt
  erofs mount --device data=layer1.blob --device layer2.blob rootfs.erofs /mnt
  erofs mount --disk-cache 4G https://example.org/rootfs.erofs ~/rootfs
  erofs mount --list`;

/** The directory to mount on, as the kernel will show it. @throws CommandFailure */
function targetOf(directory: string): string {
  try {
    const target = realpathSync(directory);
    if (!statSync(target).isDirectory()) throw new CommandFailure(`${directory}: is not a directory`);
    return target;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "ENOTCONN" && code !== "ECONNABORTED") throw error;
    throw new CommandFailure(
      `${directory}: a FUSE mount is there whose server is gone; 'erofs umount ${directory}' takes it away`,
      { cause: error },
    );
  }
}

/** Mounting twice what is there already is hardly what anybody wants. @throws CommandFailure */
function refuseTwice(source: string, target: string): void {
  const entry = findMount(target);
  const name = nameFromText(source);
  if (entry === undefined || (entry.source !== name && loopFile(entry.source) !== name)) return;
  throw new CommandFailure(`${source}: is mounted on ${target} already`);
}

/** What was given with `-o`. @throws UsageError */
function wordsOf(lists: readonly string[]): MountWords {
  try {
    return parseMountWords(lists);
  } catch (error) {
    if (error instanceof ErofsError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** What flags and words ask for; flags come first. */
function settingsOf(flags: MountFlags, words: MountWords) {
  const via =
    flags.foreground === true || flags.fuse === true ? "fuse" : flags.kernel === true ? "kernel" : words.via;
  return {
    via,
    offset: flags.offset ?? words.offset ?? 0,
    devices: [...words.devices, ...(flags.device ?? [])],
    allowOther: flags.allowOther ?? words.allowOther,
    workers: flags.workers ?? words.workers,
    cache: flags.cache ?? words.cache,
    diskCache: flags.diskCache ?? words.diskCache,
    cacheDir: flags.cacheDir ?? words.cacheDir,
    log: flags.log ?? words.log,
  };
}

type Settings = ReturnType<typeof settingsOf>;

/** What is to be mounted, and where. */
interface Place {
  /** As the user gave it. */
  readonly location: string;
  /** Absolute path, or address without a password. */
  readonly source: string;
  readonly target: string;
  /** Absolute paths or addresses, in the order of the device table. */
  readonly devices: readonly string[];
}

function kernelFlags({ suid, dev, exec }: MountWords): number {
  return (
    MountFlag.readOnly |
    (suid === false ? MountFlag.noSuid : 0) |
    (dev === false ? MountFlag.noDev : 0) |
    (exec === false ? MountFlag.noExec : 0)
  );
}

/** Mounts by the kernel. @returns why it did not, or undefined */
function tryKernel(place: Place, settings: Settings, words: MountWords): string | undefined {
  const { source, target, devices } = place;
  try {
    mountByKernel({
      image: source,
      offset: settings.offset,
      devices,
      target,
      flags: kernelFlags(words),
      options: words.kernelOptions,
    });
    return undefined;
  } catch (error) {
    return kernelRefusal(error);
  }
}

async function byFuse(
  place: Place,
  flags: MountFlags,
  settings: Settings,
  words: MountWords,
  invocation: Invocation,
  reason: string | undefined,
): Promise<void> {
  const { terminal } = invocation;
  const { location, source, target, devices } = place;
  const { offset, workers, log } = settings;
  const compressors = await namedCompressors(
    flags.compressor === undefined ? {} : { compressor: flags.compressor },
  );
  const [{ mountInBackground, mountInForeground }, { splitCredentials }] = await Promise.all([
    import("../mount/fuse-mount.ts"),
    import("@erofs/remote"),
  ]);
  const web = isUrl(location);
  const request: FuseMountRequest = {
    location,
    options: {
      image: web ? location : source,
      offset,
      devices,
      directory: target,
      // Whoever mounts as root means it for all, as the kernel does; modes and owners are respected then.
      allowOther: settings.allowOther ?? process.getuid?.() === 0,
      checkPermissions: words.checkPermissions,
      suid: words.suid,
      dev: words.dev,
      exec: words.exec,
      autoUnmount: words.autoUnmount,
      workers,
      cacheBytes: settings.cache,
      remote: {
        cacheBytes: settings.diskCache,
        cacheDirectory: settings.cacheDir && resolve(settings.cacheDir),
      },
      source: words.source ?? (web ? splitCredentials(location).url : source),
      plugins: compressors.flatMap(({ name, module }) => (module === undefined ? [] : { name, module })),
    },
    log: log === undefined ? undefined : resolve(log),
    onReady: async (server) => {
      const why = reason === undefined ? "" : `; not by the kernel: ${reason}`;
      if (flags.quiet !== true)
        await terminal.note(`${location}: mounted on ${target} by FUSE, ${server}${why}`);
    },
  };
  if (flags.foreground === true) await mountInForeground(request, terminal);
  else await mountInBackground(request);
}

async function mountImage(
  location: string,
  directory: string,
  flags: MountFlags,
  invocation: Invocation,
): Promise<void> {
  const words = wordsOf(flags.options ?? []);
  const settings = settingsOf(flags, words);
  const target = targetOf(directory);
  if (isUrl(location)) {
    if (settings.via === "kernel")
      throw new UsageError("option '--kernel': the kernel reads no images on the web");
    const stranger = settings.devices.find((device) => !isUrl(device));
    if (stranger !== undefined) {
      throw new UsageError(`option '--device': IMAGE is on the web, '${stranger}' is no http(s) address`);
    }
    if (flags.deviceDir !== undefined)
      throw new UsageError("option '--device-dir': IMAGE is on the web; option '--device' takes addresses");
    const place = { location, source: location, target, devices: settings.devices };
    return byFuse(place, flags, settings, words, invocation, undefined);
  }
  const { superblock, size, devices: slots } = await imageFacts(location, settings);
  const blockSize = 2 ** superblock.blockSizeBits;
  const { deviceDir = [] } = flags;
  const files = locateDevices(slots, blockSize, { device: settings.devices, deviceDir });
  const [absent] = files ? [] : absentDevices(size, slots, blockSize);
  if (absent !== undefined) throw new CommandFailure(`${absent} is missing: ${deviceRemedy}`);
  const devices = (files ?? []).map((path) => resolve(path));
  const place = { location, source: resolve(location), target, devices };
  refuseTwice(place.source, target);
  const isPrivate = (superblock.featureIncompat & FeatureIncompat.privateAlgorithm) !== 0;
  if (isPrivate && flags.compressor === undefined) {
    await invocation.terminal.warn(
      `${location}: files with a private algorithm can be read only with --compressor`,
    );
  }
  let reason: string | undefined;
  if (settings.via !== "fuse") {
    const hasCalls = available();
    const isRoot = process.getuid?.() === 0;
    const host = { hasCalls, isRoot, pageSize: hasCalls ? pageSize() : 0 };
    reason = kernelObstacle(superblock, host) ?? tryKernel(place, settings, words);
    if (reason === undefined) {
      if (flags.quiet !== true)
        await invocation.terminal.note(`${location}: mounted on ${target} by the kernel`);
      return undefined;
    }
    if (settings.via === "kernel")
      throw new CommandFailure(`${location}: the kernel cannot mount it: ${reason}`);
  }
  return byFuse(place, flags, settings, words, invocation, reason);
}

export function define(command: Command, invocation: Invocation): void {
  command
    .description("Shows an image as the directory DIR, with or without root.")
    .option("--fuse", "by FUSE, even if the kernel could")
    .option("--kernel", "by the kernel's own EROFS, or not at all")
    .option("--offset <SIZE>", "where the image begins within IMAGE", sizeValue)
    .option(
      "--device <FILE>",
      "an extra device of the image, in the order of its device table, or TAG=FILE (repeatable)",
      repeatable,
    )
    .option(
      "--device-dir <DIR>",
      "where extra devices are, named for their tags or found by them (repeatable)",
      repeatable,
    )
    .option("-o, --options <OPTIONS>", "words as of mount(8), separated by commas (repeatable)", repeatable)
    .option("-q, --quiet", "no word on success")
    .optionsGroup("With FUSE:")
    .option("--foreground", "serve in this process, until it is unmounted or Ctrl-C")
    .option(
      "--log <FILE>",
      "append errors while serving to FILE (default: nobody is told, in the foreground stderr)",
    )
    .option("--allow-other", "let other users in; modes and owners are respected (default: as root)")
    .option("--no-allow-other", "only whoever mounts")
    .option("--workers <N>", "threads that serve (default: 1)", integerValue({ min: 1, max: 64 }))
    .option("--cache <SIZE>", "memory for metadata and decoded data (default: 64M)", sizeValue)
    .option(
      "--disk-cache <SIZE>",
      "disk space for what was fetched of images on the web (default: 1G)",
      sizeValue,
    )
    .option("--cache-dir <DIR>", "where that is (default: $XDG_CACHE_HOME/erofs)")
    .option("--compressor <MODULE>", "a compressor that decodes its own algorithm (repeatable)", repeatable)
    .optionsGroup("Instead of mounting:")
    .option("--list", "show what is mounted, and whether it answers")
    .option("--json", "with --list: an array of objects")
    .addHelpText("after", epilogue)
    .action(async (image: string | undefined, directory: string | undefined, flags: MountFlags) => {
      if (!isLinux)
        throw new CommandFailure("images can be mounted on Linux only; 'erofs extract' unpacks them");
      if (flags.list === true) {
        if (image !== undefined) throw new UsageError("option '--list' takes no IMAGE");
        await listMounts(invocation.terminal, flags.json === true);
        return;
      }
      if (flags.json === true) throw new UsageError("option '--json' is for --list");
      if (image === undefined || directory === undefined) {
        throw new UsageError(`missing required argument '${image === undefined ? "IMAGE" : "DIR"}'`);
      }
      if (flags.kernel === true && (flags.fuse === true || flags.foreground === true)) {
        throw new UsageError(
          `option '--kernel' cannot be used with option '${flags.fuse === true ? "--fuse" : "--foreground"}'`,
        );
      }
      await mountImage(image, directory, flags, invocation);
    });
}
