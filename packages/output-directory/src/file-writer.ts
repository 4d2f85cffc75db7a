import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { type ByteString, CorruptImage, FileType, typeOfMode } from "@erofs/format";
import { pathArgument } from "@erofs/linux";
import type { SyncImage } from "@erofs/reader";
import { Attributes } from "./attributes.ts";
import { writeContent } from "./content.ts";
import { type FailureRecord, describeFailure } from "./failure.ts";
import type { Warning } from "./options.ts";
import type { FileBatch } from "./plan.ts";
import { makeAt } from "./replace.ts";
import type { WriteSettings } from "./settings.ts";

/** What became of a batch. */
export interface BatchResult {
  files: number;
  bytes: number;
  readonly failures: FailureRecord[];
  readonly warnings: Warning[];
}

/** O_EXCL follows no symlink, not even a dangling one; O_NOFOLLOW says so again, where there is such a thing. */
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** Writes regular files, in any thread. */
export class FileWriter {
  readonly #image: SyncImage;
  readonly #settings: WriteSettings;
  readonly #attributes: Attributes;
  #warnings: Warning[] = [];

  constructor(image: SyncImage, settings: WriteSettings) {
    this.#image = image;
    this.#settings = settings;
    this.#attributes = new Attributes(image, settings, (warning) => this.#warnings.push(warning));
  }

  /** Writes files one after the other until `stopped`, after the first failure for one. */
  writeBatch(batch: FileBatch, stopped: () => boolean): BatchResult {
    const result: BatchResult = { files: 0, bytes: 0, failures: [], warnings: [] };
    this.#warnings = result.warnings;
    for (const { directory, names, nids } of batch.groups) {
      for (let i = 0; i < names.length; i++) {
        if (stopped()) return result;
        const path = directory === "" ? names[i]! : `${directory}/${names[i]!}`;
        try {
          result.bytes += this.#writeFile(path, nids[i]!);
          result.files++;
        } catch (error) {
          result.failures.push(describeFailure(error, path));
        }
      }
    }
    return result;
  }

  #writeFile(path: ByteString, nid: number): number {
    const node = this.#image.inode(nid);
    if (typeOfMode(node.mode) !== FileType.regular) {
      throw new CorruptImage(`inode ${nid} is no regular file any more`, { nid });
    }
    const hostPath = `${this.#settings.target}/${path}`;
    const permissions = this.#attributes.permissionsForCreation(node);
    const fd = makeAt(hostPath, this.#settings.overwrite, (free) => openSync(free, CREATE, permissions));
    try {
      writeContent(fd, this.#image, node);
      this.#attributes.applyToOpenFile(fd, node, permissions, hostPath, path);
    } catch (error) {
      // Half a file is worse than none.
      closeSync(fd);
      unlinkSync(pathArgument(hostPath));
      throw error;
    }
    closeSync(fd);
    return node.size;
  }
}
