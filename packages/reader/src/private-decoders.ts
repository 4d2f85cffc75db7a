import type { Compressor, Decoder } from "@erofs/compressor";
import { Algorithm, CorruptImage, nidText, UnsupportedFeature } from "@erofs/format";
import type { Extent } from "./extents/extent.ts";

/** What decodes the streams of a private algorithm, which an image knows by its compressor's name. */
export interface PrivateDecoder {
  /** The compressor's. */
  readonly name: string;
  readonly decoder: Decoder;
}

/** A private algorithm of an image, and what decodes it, if that was given. */
export interface PrivateAlgorithm {
  readonly name: string;
  readonly decoder: Decoder | undefined;
}

/** Whether an algorithm is a plugin's own, not one that Linux knows. */
export function isPrivate(algorithm: number): boolean {
  return algorithm > Algorithm.zstd;
}

/**
 * The decoders of compressors with private algorithms, for the option `decoders`; the streams of other compressors are
 * decoded anyhow. A decoder has a state: take new ones for each image that is read at the same time by another thread.
 * @throws UnsupportedFeature for a private compressor without a decoder; what `createDecoder` throws
 */
export async function loadDecoders(compressors: readonly Compressor[]): Promise<PrivateDecoder[]> {
  return Promise.all(
    compressors
      .filter(({ algorithm }) => isPrivate(algorithm))
      .map(async (compressor) => {
        const { name } = compressor;
        const decoder = await compressor.createDecoder?.();
        if (typeof decoder?.decode !== "function") {
          throw new UnsupportedFeature(`the compressor ${name} has no decoder for its private algorithm`);
        }
        return { name, decoder };
      }),
  );
}

/**
 * The bytes of a cluster of a private algorithm, from copies: a plugin reaches no memory of the reader.
 * @param stream the stored bytes without the zeros before them
 * @throws UnsupportedFeature, CorruptImage naming plugin and cluster
 */
export function decodePrivately(
  { name, decoder }: PrivateAlgorithm,
  nid: number,
  extent: Extent,
  stream: Uint8Array,
): Uint8Array {
  const { physical, length, logical } = extent;
  const place = { nid, offset: physical };
  if (decoder === undefined) {
    throw new UnsupportedFeature(
      `inode ${nidText(nid)} is compressed with the private algorithm of ${JSON.stringify(name)}, whose decoder was not given`,
      place,
    );
  }
  if (extent.partial) {
    throw new UnsupportedFeature(
      `inode ${nidText(nid)}: a part of a cluster of the private algorithm of ${JSON.stringify(name)}`,
      place,
    );
  }
  const output = new Uint8Array(length);
  let answer: unknown;
  let fault: unknown;
  try {
    answer = decoder.decode(stream, output);
    if (answer === undefined && output.length === length) return output;
  } catch (cause) {
    fault = cause;
  }
  const reason = fault instanceof Error ? fault.message : "the decoder broke its contract";
  throw new CorruptImage(
    `inode ${nidText(nid)}: the cluster at ${physical} does not decode to the ${length} bytes from file offset ${logical}, ` +
      `says the decoder of ${JSON.stringify(name)}: ${reason}`,
    { ...place, cause: fault },
  );
}
