import { NumberMap } from "./number-map.ts";

const NO_KEY = Infinity;

interface Entry<V> {
  key: number;
  value: V;
  /** Since it was last looked at whether it is to be forgotten. */
  isUsed: boolean;
}

/**
 * A map that forgets what was not used for long, once it holds more than `capacity` entries: going round, the first one
 * that was not used since it was last passed over (second chance). Finding an entry changes no order, which costs as much
 * again. Keys are safe integers.
 */
export class Lru<V> {
  #capacity: number;
  readonly #index = new NumberMap<Entry<V>>();
  /** All entries. */
  readonly #round: Entry<V>[] = [];
  /** Whose turn it is to be forgotten. */
  #hand = 0;
  /** The entry found last: runs of lookups of one key are the common case. */
  #lastKey = NO_KEY;
  #lastValue: V | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: number): V | undefined {
    if (key === this.#lastKey) return this.#lastValue;
    const entry = this.#index.get(key);
    if (entry === undefined) return undefined;
    entry.isUsed = true;
    this.#lastKey = key;
    this.#lastValue = entry.value;
    return entry.value;
  }

  /** Returns the value that is forgotten for this one. */
  set(key: number, value: V): V | undefined {
    let forgotten: V | undefined;
    const known = this.#index.get(key);
    if (known !== undefined) known.value = value;
    else if (this.#round.length < this.#capacity) this.#add({ key, value, isUsed: false });
    else forgotten = this.#replaceOldest(key, value);
    this.#lastKey = key;
    this.#lastValue = value;
    return forgotten;
  }

  /** Forgets a key, provided that it still has this value. */
  delete(key: number, value: V): void {
    if (this.#index.get(key)?.value === value) this.#remove(key);
  }

  /** Has it hold at most so many entries from now on. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    while (this.#round.length > capacity) this.#remove(this.#oldest().key);
  }

  #add(entry: Entry<V>): void {
    this.#index.set(entry.key, entry);
    this.#round.push(entry);
  }

  #replaceOldest(key: number, value: V): V {
    const entry = this.#oldest();
    const forgotten = entry.value;
    this.#index.delete(entry.key);
    entry.key = key;
    entry.value = value;
    this.#index.set(key, entry);
    this.#hand++;
    return forgotten;
  }

  /** The entry to be forgotten, which the hand comes to. */
  #oldest(): Entry<V> {
    for (; ; this.#hand++) {
      this.#hand %= this.#round.length;
      const entry = this.#round[this.#hand] as Entry<V>;
      // The entry found last counts as used, though finding it again does not mark it.
      if (!entry.isUsed && entry.key !== this.#lastKey) return entry;
      entry.isUsed = false;
      if (entry.key === this.#lastKey) this.#lastKey = NO_KEY;
    }
  }

  #remove(key: number): void {
    const entry = this.#index.get(key) as Entry<V>;
    const last = this.#round.pop() as Entry<V>;
    if (last !== entry) this.#round[this.#round.indexOf(entry)] = last;
    this.#index.delete(key);
    if (this.#lastKey === key) this.#lastKey = NO_KEY;
  }
}
