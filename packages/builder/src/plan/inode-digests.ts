import { FileType } from "@erofs/format";
import { SHA256_SIZE } from "../execute/sha256.ts";
import type { Inventory } from "./inventory.ts";

const algorithm = new TextEncoder().encode("sha256:");

/** The regular files that have content, each once. */
export function filesWithContent({ nodes }: Inventory): number[] {
  const indexes: number[] = [];
  for (const [index, { type, size }] of nodes.entries()) {
    if (type === FileType.regular && size > 0) indexes.push(index);
  }
  return indexes;
}

/** The SHA-256 digests of files. */
export class InodeDigests {
  /** By inode index, the place of its digest plus 1. */
  readonly #places: Uint32Array;
  readonly #digests: Uint8Array;

  /** @param digests `SHA256_SIZE` bytes for each of `indexes` */
  constructor(count: number, indexes: readonly number[], digests: Uint8Array) {
    this.#places = new Uint32Array(count);
    for (const [i, index] of indexes.entries()) this.#places[index] = i + 1;
    this.#digests = digests;
  }

  /** The value of the attribute; undefined for what has no digest. */
  valueOf(index: number): Uint8Array | undefined {
    const digest = this.#digestOf(index);
    if (!digest) return undefined;
    const value = new Uint8Array(algorithm.length + SHA256_SIZE);
    value.set(algorithm);
    value.set(digest, algorithm.length);
    return value;
  }

  /** The digests of files that have one, one behind the other. */
  pick(indexes: readonly number[]): Uint8Array {
    const picked = new Uint8Array(indexes.length * SHA256_SIZE);
    for (const [i, index] of indexes.entries()) picked.set(this.#digestOf(index)!, i * SHA256_SIZE);
    return picked;
  }

  #digestOf(index: number): Uint8Array | undefined {
    const place = this.#places[index]!;
    return place === 0 ? undefined : this.#digests.subarray((place - 1) * SHA256_SIZE, place * SHA256_SIZE);
  }
}
