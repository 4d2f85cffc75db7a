import type { Kernels } from "@erofs/core";
import { NumberMap } from "../number-map.ts";

/** Where a decoded cluster stands in wasm memory, and what it was decoded from. */
export interface DecodedCluster {
  /** Address in wasm memory. */
  readonly address: number;
  readonly length: number;
  readonly device: number;
  /** Byte position of the stored cluster on the device. */
  readonly physical: number;
  readonly stored: number;
  readonly algorithm: number;
  /** Whether decoding stopped at `length`, and did not see that the cluster ends there. */
  readonly partial: boolean;
}

/** What says that a decoded cluster is the one that is looked for. */
export type ClusterKey = Omit<DecodedCluster, "address">;

/** Stored bytes that are read in one go; a cluster has at most 1 MiB of them. */
export const INPUT_BYTES = 1 << 20;

const PAGE = 65536;

/**
 * Wasm memory as the cluster decoder uses it: an input area for stored bytes, and behind it a ring into which
 * clusters are decoded one behind the other. Clusters that follow each other in a file thus stand side by side and
 * are served as one view, and what the head of the ring has not yet overwritten is the cache.
 *
 * Addresses that this hands out are good until the next `allocate`; nobody keeps them across a request for bytes.
 */
export class ClusterRing {
  readonly kernels: Kernels;
  readonly inputAddress: number;
  /** Address of the ring; positions in it are relative to this. */
  readonly #start: number;
  readonly #onMemory: (memory: Uint8Array) => void;
  #size: number;
  #head = 0;
  /** In the order of allocation; the ones before `#oldest` are forgotten. */
  #clusters: DecodedCluster[] = [];
  #oldest = 0;
  /** By physical position. */
  readonly #index = new NumberMap<DecodedCluster>();
  #bytes: Uint8Array;
  #words: Uint32Array;

  /**
   * @param size bytes of the ring; it grows when a single cluster needs more
   * @param onMemory given wasm memory whole, each time that it has grown
   */
  constructor(kernels: Kernels, size: number, onMemory: (memory: Uint8Array) => void = () => {}) {
    this.kernels = kernels;
    this.#onMemory = onMemory;
    this.inputAddress = Math.ceil(kernels.heapBase / 16) * 16;
    this.#start = this.inputAddress + INPUT_BYTES;
    this.#size = size;
    this.#ensure(this.#start + size);
    this.#bytes = new Uint8Array(kernels.memory.buffer);
    this.#words = new Uint32Array(kernels.memory.buffer);
  }

  /** Wasm memory whole. Asked for anew after every allocation, since growing replaces it. */
  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.kernels.memory.buffer)
      this.#bytes = new Uint8Array(this.kernels.memory.buffer);
    return this.#bytes;
  }

  /** The same, four bytes at a time. */
  get words(): Uint32Array {
    if (this.#words.buffer !== this.kernels.memory.buffer)
      this.#words = new Uint32Array(this.kernels.memory.buffer);
    return this.#words;
  }

  /** A view of `length` bytes of the input area from `at`. */
  input(at: number, length: number): Uint8Array {
    return new Uint8Array(this.kernels.memory.buffer, this.inputAddress + at, length);
  }

  view(address: number, length: number): Uint8Array {
    return new Uint8Array(this.kernels.memory.buffer, address, length);
  }

  /**
   * The cluster stored at this place, if it is still decoded: to at least `length` bytes where `partial` is wanted,
   * otherwise to as many and whole. What comes of an extent does not depend on what was decoded before it.
   */
  find({ device, physical, stored, algorithm, length, partial }: ClusterKey): DecodedCluster | undefined {
    const found = this.#index.get(physical);
    return found !== undefined &&
      (partial ? found.length >= length : found.length === length && !found.partial) &&
      found.stored === stored &&
      found.device === device &&
      found.algorithm === algorithm
      ? found
      : undefined;
  }

  /** Has the ring be of so many bytes from now on; when it becomes smaller, nothing is decoded any more. */
  resize(size: number): void {
    if (size < this.#size) this.#clear();
    this.#size = size;
    this.#ensure(this.#start + size);
  }

  /** Makes sure that the next allocations, `length` bytes together, follow each other without a jump. */
  reserve(length: number): void {
    if (length > this.#size) this.resize(Math.ceil(length / PAGE) * PAGE);
    if (this.#head + length <= this.#size) return;
    this.#forget(this.#head, this.#size);
    this.#head = 0;
  }

  /** Address of room for `length` bytes behind the last allocation; the clusters that stood there are forgotten. */
  allocate(length: number): number {
    this.reserve(length);
    const from = this.#head;
    this.#head += length;
    this.#forget(from, this.#head);
    return this.#start + from;
  }

  /** Lets `find` find a cluster that was decoded to an address from `allocate`. */
  remember(cluster: DecodedCluster): void {
    this.#clusters.push(cluster);
    this.#index.set(cluster.physical, cluster);
  }

  /**
   * Forgets what overlaps [from, to) of the ring. Allocation goes round and a jump forgets what it leaps over, so that
   * the oldest cluster is always the first one from the head on.
   */
  #forget(from: number, to: number): void {
    const clusters = this.#clusters;
    for (; this.#oldest < clusters.length; this.#oldest++) {
      const cluster = clusters[this.#oldest] as DecodedCluster;
      const at = cluster.address - this.#start;
      if (at >= to || at + cluster.length <= from) break;
      if (this.#index.get(cluster.physical) === cluster) this.#index.delete(cluster.physical);
    }
    if (this.#oldest > 512 && this.#oldest * 2 > clusters.length) {
      clusters.splice(0, this.#oldest);
      this.#oldest = 0;
    }
  }

  #clear(): void {
    this.#clusters = [];
    this.#oldest = 0;
    this.#index.clear();
    this.#head = 0;
  }

  #ensure(end: number): void {
    const { memory } = this.kernels;
    const missing = end - memory.buffer.byteLength;
    if (missing <= 0) return;
    memory.grow(Math.ceil(missing / PAGE));
    this.#onMemory(this.view(0, memory.buffer.byteLength));
  }
}
