import type { Compressor } from "@erofs/compressor";
import { encodeLzmaConfig, encodeZstdConfig } from "@erofs/format";
import { describe, expect, it } from "vitest";
import { createVerifier } from "../../src/execute/verifier.ts";

const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

/** 4999 times "a", "b", and a match of 3 bytes from 5000 back. */
const lzma = {
  algorithm: 1,
  stream: fromHex("a230dff41bffefffa901167491cfd07bf6912835f00ba84447c1ec152c631c23e9b20000"),
  content: Buffer.from(`${"a".repeat(4999)}baaa`),
};
/** A window of 16 KiB, of which nothing is used. */
const zstd = { algorithm: 3, stream: fromHex("28b52ffd002043010061"), content: Buffer.from("a".repeat(40)) };

/** What is wrong with a stream of a compressor whose record is `config`, if anything. */
async function faultOf({ algorithm, stream, content }: typeof lzma, config: Uint8Array): Promise<unknown> {
  const compressor = { name: "far", algorithm } as Compressor;
  const watch = { enter: () => {}, leave: () => {} };
  const calling = { compressor, options: { level: 1, maxOutput: 4096 }, index: 0, watch };
  const verify = await createVerifier(calling as never, config, 65_536);
  try {
    return verify(stream, content);
  } catch (error) {
    return error;
  }
}

describe("a stream is verified within the limit of its compressor's record", () => {
  it("of LZMA", async () => {
    expect(await faultOf(lzma, encodeLzmaConfig({ dictSize: 5000 }))).toBe(undefined);
    expect(String(await faultOf(lzma, encodeLzmaConfig({ dictSize: 4999 })))).toContain(
      "made a cluster that does not decode with matches of up to 4999 bytes back, as its record says",
    );
  });

  it("of Zstandard", async () => {
    expect(await faultOf(zstd, encodeZstdConfig({ windowBits: 14 }))).toBe(undefined);
    expect(String(await faultOf(zstd, encodeZstdConfig({ windowBits: 13 })))).toContain(
      "made a cluster that does not decode with matches of up to 8192 bytes back, as its record says",
    );
  });
});
