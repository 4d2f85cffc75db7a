import { inflateRawSync } from "node:zlib";

/** Decodes by zlib, and throws unless the stream ends exactly at its last byte, as readers of EROFS insist on. */
export function inflateExactly(stream: Uint8Array, length: number): Uint8Array {
  // a stream that goes on would end early in zlib, one that ends late would lack its end
  const { buffer, engine } = inflateRawSync(stream, { info: true } as object) as unknown as {
    buffer: Buffer;
    engine: { bytesWritten: number };
  };
  if (engine.bytesWritten !== stream.length) {
    throw new Error(`the stream ends after ${engine.bytesWritten} of ${stream.length} bytes`);
  }
  if (buffer.length !== length) throw new Error(`${buffer.length} bytes of output, expected ${length}`);
  return buffer;
}
