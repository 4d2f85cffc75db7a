import { base64 } from "./lzma-wasm.wasm.ts";

/** The module's exports: addresses and sizes in bytes. */
export interface Kernels {
  /**
   * Puts the tables at `tables` and returns their end. `hash3Bits`, `hash4Bits`, `ringBits`: log2 of the entries of the
   * tables of places by three and four bytes, and of the places that have links. `optimal`: 1 for the optimal parse.
   */
  configure(
    tables: number,
    hash3Bits: number,
    hash4Bits: number,
    ringBits: number,
    dictSize: number,
    optimal: number,
    depth: number,
    nice: number,
    lc: number,
    lp: number,
    pb: number,
  ): number;
  /** Encodes what fits `capacity` bytes at `output`; returns how many bytes of [input, inputEnd) it holds. */
  encodeCluster(input: number, inputEnd: number, output: number, capacity: number): number;
  /** Bytes that the last call wrote. */
  getProduced(): number;
  /** The first byte of memory that the module does not use itself. */
  planEnd(): number;
}

const PAGE = 65536;

let compiled: WebAssembly.Module | undefined;

/** A new instance with a memory of its own of at least `size` bytes, which never grows. */
export function createInstance(size: number): { kernels: Kernels; memory: Uint8Array } {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
  const memory = new WebAssembly.Memory({ initial: Math.ceil(size / PAGE) });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return { kernels: exports as unknown as Kernels, memory: new Uint8Array(memory.buffer) };
}
