import { describeCompressor } from "@erofs/compressor/conformance";
import { describe, it } from "vitest";
import { zstd } from "../src/index.ts";
import { decodeStrictly } from "./strict-decoder.ts";

const decode = (stream: Uint8Array, length: number): Uint8Array => decodeStrictly(stream, length);

describeCompressor(zstd, { decode, describe, it, levels: [1, 3, 9, 14, 22], inputSize: 24 * 1024 });
