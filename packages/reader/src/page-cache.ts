import { CorruptImage } from "@erofs/format";
import { Lru } from "./lru.ts";
import { METABOX } from "./metadata-space.ts";
import type { ByteRange, Reading } from "./reading.ts";

/**
 * Keys are numbers: device * 2^40 + page number. With pages of 8 KiB and more, 2^40 pages are beyond every safe
 * offset, and the device number (16 bits) fits above.
 */
const DEVICE_STRIDE = 2 ** 40;

/** Pages whose memory is kept for others. */
const MAX_FORGOTTEN = 64;

/** The content of the metabox: metadata that no source has as it is. */
export interface MetaboxContent {
  readonly size: number;
  /** Fills `target` from `offset`; all of it is inside. */
  read(offset: number, target: Uint8Array): Reading<unknown>;
}

/** Metadata in aligned pages, the least recently used forgotten. A hit costs no request. */
export class PageCache {
  readonly pageSize: number;
  /** What `METABOX` stands for, once it is known. */
  metabox: MetaboxContent | undefined;
  readonly #sizes: readonly number[];
  readonly #pages: Lru<Uint8Array>;
  /** Memory of forgotten pages that a reading under way may still look at. */
  #forgotten: Uint8Array[] = [];
  /** The same that nobody looks at any more. */
  #free: Uint8Array[] = [];

  /** @param sizes bytes of each device; a page never reaches beyond one. */
  constructor(sizes: readonly number[], pageSize: number, cacheBytes: number) {
    this.pageSize = pageSize;
    this.#sizes = sizes;
    this.#pages = new Lru(this.#capacityOf(cacheBytes));
  }

  /** Has it keep so many bytes from now on. */
  resize(cacheBytes: number): void {
    this.#pages.resize(this.#capacityOf(cacheBytes));
  }

  /**
   * Has the memory of forgotten pages used for others. Only where no reading is under way and nobody holds bytes of the
   * cache: a page of new memory costs as much again as reading it.
   */
  recycle(): void {
    const forgotten = this.#forgotten;
    if (forgotten.length === 0) return;
    for (const page of forgotten) if (this.#free.length < MAX_FORGOTTEN) this.#free.push(page);
    forgotten.length = 0;
  }

  /**
   * The page with these bytes in it, when it is cached; they begin at `offset` modulo the size of a page. Not to be
   * modified.
   */
  pageAtHand(device: number, offset: number, length: number): Uint8Array | undefined {
    const at = offset % this.pageSize;
    const page = this.#pages.get(device * DEVICE_STRIDE + (offset - at) / this.pageSize);
    return page === undefined || at + length > page.length ? undefined : page;
  }

  /** The bytes, when they lie in one cached page. They are not to be modified. */
  peek(device: number, offset: number, length: number): Uint8Array | undefined {
    const at = offset % this.pageSize;
    return this.pageAtHand(device, offset, length)?.subarray(at, at + length);
  }

  /** The bytes, read where not cached. Not to be modified. @throws CorruptImage for a range beyond the device. */
  *read(device: number, offset: number, length: number): Reading<Uint8Array> {
    const size = (device === METABOX ? this.metabox?.size : this.#sizes[device]) ?? 0;
    if (offset + length > size) {
      const whole = device === METABOX ? "the metabox" : `device ${device}`;
      throw new CorruptImage(
        `bytes ${offset}..${offset + length} lie beyond the end of ${whole}, ${size} bytes`,
        {
          offset,
        },
      );
    }
    const pageSize = this.pageSize;
    const at = offset % pageSize;
    if (at + length <= pageSize) {
      const page = yield* this.#page(device, (offset - at) / pageSize, size);
      return page.subarray(at, at + length);
    }
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const from = (offset + done) % pageSize;
      const page = yield* this.#page(device, (offset + done - from) / pageSize, size);
      const count = Math.min(pageSize - from, length - done);
      bytes.set(page.subarray(from, from + count), done);
      done += count;
    }
    return bytes;
  }

  #capacityOf(cacheBytes: number): number {
    return Math.max(4, Math.floor(cacheBytes / this.pageSize));
  }

  *#page(device: number, index: number, size: number): Reading<Uint8Array> {
    const key = device * DEVICE_STRIDE + index;
    const cached = this.#pages.get(key);
    if (cached !== undefined) return cached;
    const offset = index * this.pageSize;
    const length = Math.min(this.pageSize, size - offset);
    const page =
      device === METABOX
        ? yield* this.#metaboxPage(offset, length)
        : yield this.#request(device, offset, length);
    const forgotten = this.#pages.set(key, page);
    if (forgotten?.length === this.pageSize && this.#forgotten.length < MAX_FORGOTTEN) {
      this.#forgotten.push(forgotten);
    }
    return page;
  }

  #request(device: number, offset: number, length: number): ByteRange {
    const memory = length === this.pageSize ? this.#free.pop() : undefined;
    return memory === undefined
      ? { device, offset, length }
      : { device, offset, length, target: () => memory };
  }

  *#metaboxPage(offset: number, length: number): Reading<Uint8Array> {
    const page = new Uint8Array(length);
    yield* (this.metabox as MetaboxContent).read(offset, page);
    return page;
  }
}
