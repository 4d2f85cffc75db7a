import { base64 } from "./lz4-wasm.wasm.ts";

/** The module's exports: addresses and sizes in bytes. */
export interface Kernels {
  /** Encodes what fits `capacity` bytes at `output`; returns how many bytes of [input, inputEnd) it holds. */
  encodeFast(input: number, inputEnd: number, output: number, capacity: number): number;
  /** The same by optimal parse; looks at `attempts` candidates for a match, and takes one of `nice` bytes at once. */
  encodeOptimal(
    input: number,
    inputEnd: number,
    output: number,
    capacity: number,
    attempts: number,
    nice: number,
  ): number;
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
