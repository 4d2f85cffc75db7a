import { Request } from "../src/protocol/request.ts";

/** Memory as `allocateScratch` gives it, without an address. */
export function memory(size: number): { readonly bytes: Buffer; readonly words: Uint32Array } {
  const buffer = new ArrayBuffer(size);
  return { bytes: Buffer.from(buffer), words: new Uint32Array(buffer) };
}

/** A request as the kernel writes it, its arguments as bytes. */
export function fakeRequest(
  opcode: number,
  node: number,
  given: Uint8Array = new Uint8Array(0),
  uid = 0,
): Request {
  const { bytes, words } = memory(8192);
  const request = new Request(bytes, words);
  request.length = 40 + given.length;
  bytes.writeUInt32LE(request.length, 0);
  bytes.writeUInt32LE(opcode, 4);
  bytes.writeBigUInt64LE(0x1122334455667788n, 8);
  bytes.writeBigUInt64LE(BigInt(node), 16);
  bytes.writeUInt32LE(uid, 24);
  bytes.writeUInt32LE(100, 28);
  bytes.writeUInt32LE(4242, 32);
  bytes.set(given, 40);
  return request;
}

/** Arguments of 64-bit (bigint) and 32-bit numbers one behind the other, and a text with its NUL. */
export function args(...values: readonly (bigint | number | string)[]): Buffer {
  return Buffer.concat(
    values.map((value) => {
      if (typeof value === "string") return Buffer.from(`${value}\0`, "latin1");
      const bytes = Buffer.alloc(typeof value === "bigint" ? 8 : 4);
      if (typeof value === "bigint") bytes.writeBigUInt64LE(value);
      else bytes.writeUInt32LE(value);
      return bytes;
    }),
  );
}
