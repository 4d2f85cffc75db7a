interface Entry<V> {
  readonly value: V;
  /** Since it was last looked at whether it is to be forgotten. */
  isUsed: boolean;
}

/**
 * A map that forgets what was not used for long, once it holds more than `capacity` entries: the oldest one that was not
 * used since it was last passed over (second chance). Finding an entry changes no order, which costs as much again.
 */
export class Lru<V> {
  readonly #capacity: number;
  readonly #entries = new Map<number, Entry<V>>();
  /** The entry found last: runs of lookups of one key are the common case. */
  #lastKey = -1;
  #lastValue: V | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: number): V | undefined {
    if (key === this.#lastKey) return this.#lastValue;
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.isUsed = true;
    this.#lastKey = key;
    this.#lastValue = entry.value;
    return entry.value;
  }

  /** Returns the value that is forgotten for this one. */
  set(key: number, value: V): V | undefined {
    this.#entries.delete(key);
    const forgotten = this.#entries.size >= this.#capacity ? this.#forget() : undefined;
    this.#entries.set(key, { value, isUsed: false });
    this.#lastKey = key;
    this.#lastValue = value;
    return forgotten;
  }

  /** Forgets a key, provided that it still has this value. */
  delete(key: number, value: V): void {
    if (this.#entries.get(key)?.value !== value) return;
    this.#entries.delete(key);
    if (this.#lastKey === key) this.#lastKey = -1;
  }

  #forget(): V | undefined {
    // A Map iterates in the order of insertion, what is inserted meanwhile included: so this ends.
    for (const [key, entry] of this.#entries) {
      this.#entries.delete(key);
      if (!entry.isUsed && key !== this.#lastKey) return entry.value;
      entry.isUsed = false;
      if (key === this.#lastKey) this.#lastKey = -1;
      this.#entries.set(key, entry);
    }
    return undefined;
  }
}
