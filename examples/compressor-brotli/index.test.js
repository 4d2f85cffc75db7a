import { describe, it } from "node:test";
import { describeCompressor } from "@erofs/compressor/conformance";
import { brotli } from "./index.js";

describeCompressor(brotli, { describe, it, levels: [0, 5, 9], inputSize: 48 * 1024 });
