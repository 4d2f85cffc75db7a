/** Stands where there is no key. */
const FREE = Infinity;
const LEAST_SIZE = 16;

/**
 * A map whose keys are safe integers, for entries that come and go.
 *
 * V8 links each table that a Map has outgrown to the next one. Where one of them has become old, all values that were put
 * into the map after it live until the whole heap is collected. Here nothing outlives its entry: of the 5.5 KB that
 * reading a small compressed file allocates, 0.8 KB are left for that, with Maps 2.4 KB.
 */
export class NumberMap<V> {
  /** Open addressing, at most half full: a power of two of places. */
  #keys = new Float64Array(LEAST_SIZE).fill(FREE);
  #values: (V | undefined)[] = Array.from({ length: LEAST_SIZE });
  #size = 0;
  /** Odd, and not to be foreseen: an image may choose its numbers so that they meet in one place. */
  readonly #seed = (Math.random() * 2 ** 32) | 1;

  get size(): number {
    return this.#size;
  }

  get(key: number): V | undefined {
    return this.#values[this.#placeOf(key)];
  }

  set(key: number, value: V): void {
    let place = this.#placeOf(key);
    if (this.#keys[place] === FREE) {
      if (this.#size * 2 >= this.#keys.length) {
        this.#double();
        place = this.#placeOf(key);
      }
      this.#keys[place] = key;
      this.#size++;
    }
    this.#values[place] = value;
  }

  delete(key: number): void {
    const keys = this.#keys;
    const values = this.#values;
    const mask = keys.length - 1;
    let hole = this.#placeOf(key);
    if (keys[hole] === FREE) return;
    this.#size--;
    // What stands behind in the same run moves up, unless that were before the place where it is looked for first.
    for (let place = (hole + 1) & mask; keys[place] !== FREE; place = (place + 1) & mask) {
      const wanted = hash(keys[place] as number, this.#seed) & mask;
      if (((place - wanted) & mask) < ((place - hole) & mask)) continue;
      keys[hole] = keys[place] as number;
      values[hole] = values[place];
      hole = place;
    }
    keys[hole] = FREE;
    values[hole] = undefined;
  }

  clear(): void {
    this.#keys.fill(FREE);
    this.#values.fill(undefined);
    this.#size = 0;
  }

  /** Where a key stands, or would. */
  #placeOf(key: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    let place = hash(key, this.#seed) & mask;
    while (keys[place] !== key && keys[place] !== FREE) place = (place + 1) & mask;
    return place;
  }

  #double(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Float64Array(keys.length * 2).fill(FREE);
    this.#values = Array.from({ length: keys.length * 2 });
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as number;
      if (key === FREE) continue;
      const place = this.#placeOf(key);
      this.#keys[place] = key;
      this.#values[place] = values[i];
    }
  }
}

/** All bits of a safe integer tell on all bits of the hash (the finalizer of MurmurHash3). */
function hash(key: number, seed: number): number {
  let bits = (key | 0) ^ seed ^ Math.imul((key / 2 ** 32) | 0, seed);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return bits ^ (bits >>> 16);
}
