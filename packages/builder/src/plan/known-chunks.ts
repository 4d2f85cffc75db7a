import { SHA256_SIZE } from "../execute/sha256.ts";

/** Words of a digest. */
const words = SHA256_SIZE / 4;
/** Chunks that there is room for at first. */
const smallest = 1024;

/**
 * Chunks that are stored somewhere, by their SHA-256 digests: contents by strangers may be made to collide with weaker
 * ones. About 48 bytes a chunk; objects in a `Map` would take five times as much.
 */
export class KnownChunks {
  #count = 0;
  #digests = new Uint32Array(smallest * words);
  #devices = new Uint16Array(smallest);
  #blocks = new Uint32Array(smallest);
  /** Number of a chunk + 1, at a place that follows from the digest's first word or the next free one; 0: free. */
  #places = new Uint32Array(2 * smallest);

  /** How many there are: the number of the next one. */
  get count(): number {
    return this.#count;
  }

  /** The number of the chunk with this digest, eight words. One that is not known yet is at `block` of `device`. */
  add(digest: Uint32Array, device: number, block: number): number {
    if (this.#count === this.#blocks.length) this.#grow();
    const place = this.#placeOf(digest);
    const known = this.#places[place]!;
    if (known > 0) return known - 1;
    const number = this.#count++;
    this.#digests.set(digest, number * words);
    this.#devices[number] = device;
    this.#blocks[number] = block;
    this.#places[place] = number + 1;
    return number;
  }

  deviceOf(number: number): number {
    return this.#devices[number]!;
  }

  blockOf(number: number): number {
    return this.#blocks[number]!;
  }

  /** Where the digest is, or would be. */
  #placeOf(digest: Uint32Array): number {
    const mask = this.#places.length - 1;
    let place = digest[0]! & mask;
    for (let known = this.#places[place]!; known > 0; known = this.#places[place]!) {
      if (this.#isEqual(digest, (known - 1) * words)) break;
      place = (place + 1) & mask;
    }
    return place;
  }

  #isEqual(digest: Uint32Array, at: number): boolean {
    for (let i = 0; i < words; i++) if (digest[i] !== this.#digests[at + i]) return false;
    return true;
  }

  #grow(): void {
    const length = 2 * this.#count;
    this.#digests = enlarged(new Uint32Array(length * words), this.#digests);
    this.#devices = enlarged(new Uint16Array(length), this.#devices);
    this.#blocks = enlarged(new Uint32Array(length), this.#blocks);
    this.#places = new Uint32Array(2 * length);
    for (let number = 0; number < this.#count; number++) {
      const digest = this.#digests.subarray(number * words, (number + 1) * words);
      this.#places[this.#placeOf(digest)] = number + 1;
    }
  }
}

function enlarged<Column extends Uint16Array | Uint32Array>(larger: Column, column: Column): Column {
  larger.set(column);
  return larger;
}

/** The digests of a job's result, as the words that `KnownChunks` takes. */
export function digestWords({ buffer, byteOffset }: Uint8Array, number: number): Uint32Array {
  return new Uint32Array(buffer, byteOffset + number * SHA256_SIZE, words);
}
