import {
  closeSync,
  constants,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { type ByteString, FileType, type Inode, decodeDevice, typeOfMode } from "@erofs/format";
import { makeNode, pathArgument } from "@erofs/linux";
import type { SyncImage } from "@erofs/reader";
import { Attributes, UNKNOWN } from "./attributes.ts";
import type { Warning } from "./options.ts";
import { makeAt } from "./replace.ts";
import type { WriteSettings } from "./settings.ts";

/** What a directory is made with, so that it can be written in until it is finished, and by nobody else. */
const PERMISSIONS_WHILE_FILLED = 0o700;

/** Makes everything but regular files: directories, symlinks, devices, fifos, sockets and further names. */
export class NodeWriter {
  readonly #image: SyncImage;
  readonly #settings: WriteSettings;
  readonly #attributes: Attributes;

  constructor(image: SyncImage, settings: WriteSettings, warn: (warning: Warning) => void) {
    this.#image = image;
    this.#settings = settings;
    this.#attributes = new Attributes(image, settings, warn);
  }

  /** Makes a directory, or takes one that is there, but no symlink to one, to be filled. */
  makeDirectory(path: ByteString): void {
    // The target itself was prepared before.
    if (path === "") return;
    try {
      makeAt(this.#hostPath(path), this.#settings.overwrite, (free) =>
        mkdirSync(free, PERMISSIONS_WHILE_FILLED),
      );
    } catch (error) {
      const { overwrite } = this.#settings;
      if (!overwrite || (error as { code?: unknown }).code !== "EEXIST") throw error;
      if (!lstatSync(pathArgument(this.#hostPath(path))).isDirectory()) throw error;
    }
  }

  /** Gives a directory, now full, what `makeDirectory` did not. */
  finishDirectory(path: ByteString, node: Inode): void {
    const hostPath = this.#hostPath(path);
    if (process.platform === "win32") {
      lutimesSync(pathArgument(hostPath), node.mtime, node.mtime);
      return;
    }
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | (path === "" ? 0 : constants.O_NOFOLLOW);
    const fd = openSync(pathArgument(hostPath), flags);
    try {
      // What is there already may have any permissions, and the target has.
      const created = this.#settings.overwrite || path === "" ? UNKNOWN : PERMISSIONS_WHILE_FILLED;
      this.#attributes.applyToOpenFile(fd, node, created, hostPath, path);
    } finally {
      closeSync(fd);
    }
  }

  /** Makes a symlink, device, fifo or socket. */
  makeNode(path: ByteString, node: Inode): void {
    const hostPath = this.#hostPath(path);
    const { overwrite } = this.#settings;
    const type = typeOfMode(node.mode);
    const permissions = this.#attributes.permissionsForCreation(node);
    if (type === FileType.symlink) {
      const target = pathArgument(this.#image.readlink(node));
      makeAt(hostPath, overwrite, (free) => symlinkSync(target, free));
    } else {
      const isDevice = type === FileType.characterDevice || type === FileType.blockDevice;
      const { major, minor } = isDevice ? decodeDevice(node.rdev) : { major: 0, minor: 0 };
      const mode = (node.mode & 0o170000) | permissions;
      makeAt(hostPath, overwrite, () => makeNode(hostPath, mode, major, minor));
    }
    try {
      this.#attributes.applyToPath(hostPath, node, permissions, path);
    } catch (error) {
      unlinkSync(pathArgument(hostPath));
      throw error;
    }
  }

  /** Makes a further name of a file. */
  makeLink(path: ByteString, first: ByteString): void {
    const existing = pathArgument(this.#hostPath(first));
    makeAt(this.#hostPath(path), this.#settings.overwrite, (free) => linkSync(existing, free));
  }

  #hostPath(path: ByteString): ByteString {
    return path === "" ? `${this.#settings.target}/.` : `${this.#settings.target}/${path}`;
  }
}
