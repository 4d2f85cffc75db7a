import { closeSync, ftruncateSync } from "node:fs";
import type { ByteString, Inode } from "@erofs/format";
import type { SyncImage } from "@erofs/reader";
import { Attributes } from "./attributes.ts";
import { type BatchResult, emptyResult } from "./batch-result.ts";
import { writeRange } from "./content.ts";
import { createFile, discardFile, regularInode } from "./create-file.ts";
import { describeFailure } from "./failure.ts";
import type { Warning } from "./options.ts";
import type { WriteSettings } from "./settings.ts";
import { type LargeFile, PART_BYTES, type SharedFile, Sharing } from "./shared-file.ts";

/** Writes large files part by part, in any number of threads at once. */
export class LargeFileWriter {
  readonly #image: SyncImage;
  readonly #settings: WriteSettings;
  readonly #partBytes: number;
  readonly #attributes: Attributes;
  #warnings: Warning[] = [];

  constructor(image: SyncImage, settings: WriteSettings, partBytes = PART_BYTES) {
    this.#image = image;
    this.#settings = settings;
    this.#partBytes = partBytes;
    this.#attributes = new Attributes(image, settings, (warning) => this.#warnings.push(warning));
  }

  /**
   * Takes part in writing a file, from one yield to the next at most a part of it. The last one to end gives it its
   * attributes, or removes it after a failure or when `stopped`. Undefined when the file was over already.
   */
  *write(shared: SharedFile, stopped: () => boolean): Generator<void, BatchResult | undefined, void> {
    if (stopped()) return undefined;
    const sharing = new Sharing(shared);
    const role = sharing.join();
    if (role === undefined) return undefined;
    const { path, nid } = shared.file;
    const hostPath = `${this.#settings.target}/${path}`;
    const result = emptyResult();
    try {
      try {
        const node = regularInode(this.#image, nid);
        if (role === "first") {
          const permissions = this.#attributes.permissionsForCreation(node);
          sharing.descriptor = createFile(hostPath, this.#settings.overwrite, permissions);
        }
        yield* this.#writeParts(sharing, node, stopped);
      } catch (error) {
        // One failure is enough to tell of.
        if (sharing.lose()) throw error;
      } finally {
        if (sharing.leave()) this.#end(sharing, shared.file, hostPath, result);
      }
    } catch (error) {
      result.failures.push(describeFailure(error, path));
    }
    return result;
  }

  *#writeParts(sharing: Sharing, node: Inode, stopped: () => boolean): Generator<void, void, void> {
    while (!sharing.awaitDescriptor()) {
      if (stopped()) {
        sharing.lose();
        return;
      }
      yield;
    }
    const fd = sharing.descriptor;
    if (fd === undefined) return;
    while (!sharing.isLost) {
      if (stopped()) {
        sharing.lose();
        return;
      }
      const start = sharing.next;
      if (start >= node.size) return;
      const { end, isHole } = this.#partAt(node, start);
      if (!sharing.take(start, end) || isHole) continue;
      writeRange(fd, this.#image, node, start, end);
      yield;
    }
  }

  /** The part from `start` on. It is a hole, or ends with a cluster, which two threads would decode twice. */
  #partAt(node: Inode, start: number): { end: number; isHole: boolean } {
    const first = this.#image.extents(node, start, 1)[0]!;
    if (first.kind === "hole") return { end: first.logical + first.length, isHole: true };
    const end = Math.min(start + this.#partBytes, node.size);
    const last = this.#image.extents(node, end - 1, 1)[0]!;
    const isCluster = last.kind === "compressed" || last.kind === "plain" || last.kind === "interlaced";
    return { end: isCluster ? last.logical + last.length : end, isHole: false };
  }

  /** For the last writer. @throws what completing or removing the file fails with */
  #end(sharing: Sharing, { path, nid }: LargeFile, hostPath: ByteString, result: BatchResult): void {
    const fd = sharing.descriptor;
    if (fd === undefined) return;
    if (sharing.isLost) {
      discardFile(fd, hostPath);
      return;
    }
    this.#warnings = result.warnings;
    try {
      const node = regularInode(this.#image, nid);
      ftruncateSync(fd, node.size);
      const permissions = this.#attributes.permissionsForCreation(node);
      this.#attributes.applyToOpenFile(fd, node, permissions, hostPath, path);
      result.bytes = node.size;
    } catch (error) {
      discardFile(fd, hostPath);
      throw error;
    }
    closeSync(fd);
    result.files = 1;
  }
}
