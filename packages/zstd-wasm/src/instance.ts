import { base64 } from "./zstd-wasm.wasm.ts";

/** The module's exports: addresses and sizes in bytes. */
export interface Kernels {
  /** Plans the memory; returns the first address that the module does not use itself. */
  planMemory(blockMax: number, windowLog: number, hashLog: number, search: number): number;
  /** Fills tables that never change. */
  prepare(): void;
  /** Encodes what fits `capacity` bytes at `output`; returns how many bytes of [input, inputEnd) it holds. */
  encodeFast(input: number, inputEnd: number, output: number, capacity: number, four: number): number;
  /** The same by lazy parse. */
  encodeLazy(
    input: number,
    inputEnd: number,
    output: number,
    capacity: number,
    attempts: number,
    lookAhead: number,
    four: number,
  ): number;
  /** The same by optimal parse. */
  encodeOptimal(
    input: number,
    inputEnd: number,
    output: number,
    capacity: number,
    attempts: number,
    niceLength: number,
    passes: number,
    partSize: number,
  ): number;
  /** Bytes that the last call wrote. */
  getProduced(): number;
}

export interface MemoryPlan {
  readonly blockMax: number;
  readonly windowLog: number;
  readonly hashLog: number;
  /** What is searched in: 0 two tables, 1 chains, 2 trees. */
  readonly search: number;
}

const PAGE = 65536;

let compiled: WebAssembly.Module | undefined;

function instantiate(pages: number): { kernels: Kernels; memory: Uint8Array } {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
  const memory = new WebAssembly.Memory({ initial: pages });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return { kernels: exports as unknown as Kernels, memory: new Uint8Array(memory.buffer) };
}

/**
 * A new instance whose memory holds what the plan asks for and `size` bytes for the caller from `free` on. It never
 * grows.
 */
export function createInstance(
  { blockMax, windowLog, hashLog, search }: MemoryPlan,
  size: number,
): { kernels: Kernels; memory: Uint8Array; free: number } {
  const plan = (kernels: Kernels): number => kernels.planMemory(blockMax, windowLog, hashLog, search);
  const planned = plan(instantiate(1).kernels);
  const { kernels, memory } = instantiate(Math.ceil((planned + size) / PAGE));
  const free = plan(kernels);
  kernels.prepare();
  return { kernels, memory, free };
}
