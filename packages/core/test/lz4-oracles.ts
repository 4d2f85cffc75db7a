// LZ4 from npm, to test against: lz4js (plain JavaScript, raw blocks) and lz4-wasm (Rust's lz4_flex; blocks
// behind a u32 of the decoded size). The latter's own glue wants a bundler, hence the few lines here.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

interface Lz4js {
  compressBound(length: number): number;
  compressBlock(src: Uint8Array, dst: Uint8Array, at: number, length: number, hashTable: Uint32Array): number;
  decompressBlock(src: Uint8Array, dst: Uint8Array, at: number, length: number, to: number): number;
}
const lz4js = require("lz4js") as Lz4js;

/** The block that lz4js makes, or undefined where it finds nothing to compress. */
export function compressByLz4js(bytes: Uint8Array): Uint8Array | undefined {
  const block = new Uint8Array(lz4js.compressBound(bytes.length));
  const length = lz4js.compressBlock(bytes, block, 0, bytes.length, new Uint32Array(65536));
  return length === 0 ? undefined : block.slice(0, length);
}

export function decompressByLz4js(block: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const produced = lz4js.decompressBlock(block, bytes, 0, block.length, 0);
  if (produced !== length) throw new Error(`lz4js decoded ${produced} bytes instead of ${length}`);
  return bytes;
}

type Operation = (result: number, ptr: number, length: number) => void;
interface Lz4WasmExports {
  readonly memory: WebAssembly.Memory;
  readonly compress: Operation;
  readonly decompress: Operation;
  readonly __wbindgen_add_to_stack_pointer: (bytes: number) => number;
  readonly __wbindgen_malloc: (bytes: number) => number;
}
const {
  memory,
  compress,
  decompress,
  __wbindgen_add_to_stack_pointer: moveStack,
  __wbindgen_malloc: allocate,
} = new WebAssembly.Instance(
  new WebAssembly.Module(readFileSync(require.resolve("lz4-wasm/lz4_wasm_bg.wasm"))),
  { "./lz4_wasm_bg.js": { __wbindgen_string_new: () => 0, __wbindgen_throw: () => {} } },
).exports as unknown as Lz4WasmExports;

/** Runs an operation, which leaves address and length of its result, and for `decompress` an error flag. */
function runLz4Wasm(operation: Operation, input: Uint8Array): Uint8Array {
  const result = moveStack(-16);
  const ptr = allocate(input.length);
  new Uint8Array(memory.buffer).set(input, ptr);
  operation(result, ptr, input.length);
  const [start, length, , isError] = new Int32Array(memory.buffer, result, 4);
  moveStack(16);
  if (operation === decompress && isError !== 0) throw new Error("lz4-wasm rejects the block");
  return new Uint8Array(memory.buffer).slice(start!, start! + length!);
}

export function compressByLz4Wasm(bytes: Uint8Array): Uint8Array {
  return runLz4Wasm(compress, bytes).subarray(4);
}

export function decompressByLz4Wasm(block: Uint8Array, length: number): Uint8Array {
  const input = new Uint8Array(4 + block.length);
  new DataView(input.buffer).setUint32(0, length, true);
  input.set(block, 4);
  return runLz4Wasm(decompress, input);
}
