import type { Compressor, Decoder } from "@erofs/compressor";
import { createKernels, decodeStream, streamDecoders } from "@erofs/core";
import { matchWindow } from "@erofs/format";
import { isPrivate } from "../compression.ts";
import { CompressorFailure, thrownBy } from "./compressor-failure.ts";
import type { Calling } from "./guarded-encoder.ts";

/** Throws `CompressorFailure` where `stream`, the content of a cluster, does not decode to `expected`. */
export type Verify = (stream: Uint8Array, expected: Uint8Array) => void;

const page = 65536;
/** Between the stream and what it decodes to, and behind that: decoders may read ahead. */
const slack = 64;

/**
 * Verifies clusters of up to `maxLength` bytes of input by a decoder that shares nothing with the encoder, and to which
 * matches that reach farther back than the compressor's record `config` says are damage, as to Linux.
 */
export async function createVerifier(
  calling: Calling,
  config: Uint8Array,
  maxLength: number,
): Promise<Verify> {
  const { compressor, options } = calling;
  return isPrivate(compressor.algorithm)
    ? verifyByPlugin(calling, maxLength)
    : verifyByKernels(compressor, config, options.maxOutput, maxLength);
}

function verifyByKernels(
  { name, algorithm }: Compressor,
  config: Uint8Array,
  maxStream: number,
  maxLength: number,
): Verify {
  if (!streamDecoders[algorithm]) {
    throw new CompressorFailure(name, `cannot be verified: there is no decoder for algorithm ${algorithm}`);
  }
  const window = matchWindow(algorithm, config);
  const { heapBase } = createKernels({ pages: 1 });
  const target = heapBase + maxStream + slack;
  const kernels = createKernels({ pages: Math.ceil((target + maxLength + slack) / page) });
  const memory = new Uint8Array(kernels.memory.buffer);
  return (stream, expected) => {
    memory.set(stream, heapBase);
    const { length } = expected;
    if (!decodeStream(kernels, algorithm, heapBase, stream.length, target, length, false, window)) {
      const within =
        window === undefined ? "" : ` with matches of up to ${window} bytes back, as its record says`;
      throw new CompressorFailure(name, `made a cluster that does not decode${within}`);
    }
    compare(name, memory.subarray(target, target + length), expected);
  };
}

async function verifyByPlugin({ compressor, index, watch }: Calling, maxLength: number): Promise<Verify> {
  const { name } = compressor;
  let decoder: Decoder | undefined;
  watch.enter(index);
  try {
    decoder = await compressor.createDecoder?.();
  } catch (error) {
    throw thrownBy(name, "to make a decoder", error);
  } finally {
    watch.leave();
  }
  if (typeof decoder?.decode !== "function") {
    throw new CompressorFailure(name, "breaks its contract: it made no decoder");
  }
  const memory = new Uint8Array(maxLength);
  return (stream, expected) => {
    const output = memory.subarray(0, expected.length);
    // What an earlier cluster left behind must not pass for the work of this one.
    output.fill(~expected[0]!);
    watch.enter(index);
    try {
      const answer: unknown = decoder.decode(stream.slice(), output);
      if (answer !== undefined) throw new Error("its decoder returned something");
    } catch (error) {
      throw thrownBy(name, "to decode a cluster of its own", error);
    } finally {
      watch.leave();
    }
    compare(name, output, expected);
  };
}

function compare(name: string, actual: Uint8Array, expected: Uint8Array): void {
  for (let i = 0; i < expected.length; i++) {
    if (actual[i] === expected[i]) continue;
    throw new CompressorFailure(
      name,
      `made a cluster that decodes to other bytes: at ${i} of ${expected.length} there is ${actual[i]}, expected ${expected[i]}`,
    );
  }
}
