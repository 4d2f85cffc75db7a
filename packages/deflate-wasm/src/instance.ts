import { base64 } from "./deflate-wasm.wasm.ts";

/** The module's exports: addresses and sizes in bytes. */
export interface Kernels {
  /** Once, before anything else; see assembly/configure.ts. */
  configure(
    window: number,
    attempts: number,
    nice: number,
    lazySteps: number,
    threeBytes: boolean,
    trueCosts: boolean,
  ): void;
  /** After that, for a parse by dynamic programming. */
  configurePasses(passes: number, attempts: number, nice: number): void;
  /** Encodes what fits `capacity` bytes at `output`; returns how many bytes of [input, inputEnd) it holds. */
  encode(input: number, inputEnd: number, output: number, capacity: number): number;
  /** The input's memory has changed. */
  forgetMatches(): void;
  /** Bytes that the last call wrote. */
  getProduced(): number;
  /** The first byte of memory that the module does not use itself, with or without dynamic programming. */
  planEnd(optimal: boolean): number;
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
