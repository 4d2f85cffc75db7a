import { closeSync } from "node:fs";
import type { ByteString } from "@erofs/format";
import type { SyncImage } from "@erofs/reader";
import { Attributes } from "./attributes.ts";
import { type BatchResult, emptyResult } from "./batch-result.ts";
import { writeContent } from "./content.ts";
import { createFile, discardFile, regularInode } from "./create-file.ts";
import { describeFailure } from "./failure.ts";
import type { Warning } from "./options.ts";
import type { FileBatch } from "./plan.ts";
import type { WriteSettings } from "./settings.ts";

/** Writes regular files, each whole, in any thread. */
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
    const result = emptyResult();
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
    const node = regularInode(this.#image, nid);
    const hostPath = `${this.#settings.target}/${path}`;
    const permissions = this.#attributes.permissionsForCreation(node);
    const fd = createFile(hostPath, this.#settings.overwrite, permissions);
    try {
      writeContent(fd, this.#image, node);
      this.#attributes.applyToOpenFile(fd, node, permissions, hostPath, path);
    } catch (error) {
      discardFile(fd, hostPath);
      throw error;
    }
    closeSync(fd);
    return node.size;
  }
}
