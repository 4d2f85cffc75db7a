/** A map that forgets what was not used for longest, once it holds more than `capacity` entries. */
export class Lru<V> {
  readonly #capacity: number;
  readonly #entries = new Map<number, V>();
  /** The entry used last: runs of lookups of one key are the common case, and cost no reordering. */
  #lastKey = -1;
  #lastValue: V | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: number): V | undefined {
    if (key === this.#lastKey) return this.#lastValue;
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    // A Map iterates in the order of insertion: the first entry is the one to forget.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    this.#lastKey = key;
    this.#lastValue = value;
    return value;
  }

  /** Returns the value that is forgotten for this one. */
  set(key: number, value: V): V | undefined {
    this.#entries.delete(key);
    let forgotten: V | undefined;
    if (this.#entries.size >= this.#capacity) {
      for (const [oldest, each] of this.#entries) {
        this.#entries.delete(oldest);
        forgotten = each;
        break;
      }
    }
    this.#entries.set(key, value);
    this.#lastKey = key;
    this.#lastValue = value;
    return forgotten;
  }

  /** Forgets a key, provided that it still has this value. */
  delete(key: number, value: V): void {
    if (this.#entries.get(key) !== value) return;
    this.#entries.delete(key);
    if (this.#lastKey === key) this.#lastKey = -1;
  }
}
