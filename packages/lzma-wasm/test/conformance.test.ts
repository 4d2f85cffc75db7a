import { describeCompressor } from "@erofs/compressor/conformance";
import { describe, it } from "vitest";
import { lzma } from "../src/index.ts";

// the kit tries the ends of all options; what it decodes itself, the other tests decode by the strict decoder
describeCompressor(lzma, { describe, it, levels: [6, 2], inputSize: 16 * 1024 });
