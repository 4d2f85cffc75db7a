import { DigestIds } from "./digest-ids.ts";
import { grown } from "./grown.ts";

/** Chunks that are stored somewhere, by their digests: about 48 bytes a chunk. */
export class KnownChunks {
  readonly #ids = new DigestIds();
  #devices = new Uint16Array(0);
  #blocks = new Uint32Array(0);

  /** How many there are: the number of the next one. */
  get count(): number {
    return this.#ids.count;
  }

  /** The number of the chunk with this digest, eight words. One that is not known yet is at `block` of `device`. */
  add(digest: Uint32Array, device: number, block: number): number {
    const before = this.#ids.count;
    const number = this.#ids.idOf(digest);
    if (number < before) return number;
    this.#devices = grown(this.#devices, this.count);
    this.#blocks = grown(this.#blocks, this.count);
    this.#devices[number] = device;
    this.#blocks[number] = block;
    return number;
  }

  deviceOf(number: number): number {
    return this.#devices[number]!;
  }

  blockOf(number: number): number {
    return this.#blocks[number]!;
  }
}
