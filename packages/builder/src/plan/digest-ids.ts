import { SHA256_SIZE } from "../execute/sha256.ts";
import { grown } from "./grown.ts";

/** Words of a digest. */
const words = SHA256_SIZE / 4;
/** Digests that there is room for at first. */
const smallest = 1024;

/**
 * Numbers SHA-256 digests from 0 on, equal ones alike: contents by strangers may be made to collide with weaker ones. About
 * 40 bytes a digest; strings in a `Map` would take five times as much.
 */
export class DigestIds {
  #count = 0;
  #digests = new Uint32Array(smallest * words);
  /** Ids plus 1, at places that follow from the digests' first words or the next free ones; 0: free. */
  #places = new Uint32Array(2 * smallest);

  /** How many there are: the id of the next new one. */
  get count(): number {
    return this.#count;
  }

  /** The id of a digest, eight words. */
  idOf(digest: Uint32Array): number {
    if (2 * this.#count >= this.#places.length) this.#grow();
    const place = this.#placeOf(digest);
    const known = this.#places[place]!;
    if (known > 0) return known - 1;
    const id = this.#count++;
    this.#digests.set(digest, id * words);
    this.#places[place] = id + 1;
    return id;
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
    this.#digests = grown(this.#digests, 2 * this.#count * words);
    this.#places = new Uint32Array(2 * this.#places.length);
    for (let id = 0; id < this.#count; id++) {
      const digest = this.#digests.subarray(id * words, (id + 1) * words);
      this.#places[this.#placeOf(digest)] = id + 1;
    }
  }
}

/** The digests of a job's result, as the words that `DigestIds` takes. */
export function digestWords({ buffer, byteOffset }: Uint8Array, number: number): Uint32Array {
  return new Uint32Array(buffer, byteOffset + number * SHA256_SIZE, words);
}
