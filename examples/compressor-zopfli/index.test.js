import assert from "node:assert";
import { describe, it } from "node:test";
import { inflateRawSync } from "node:zlib";
import { describeCompressor, randomBytes } from "@erofs/compressor/conformance";
import { zopfli } from "./index.js";

describeCompressor(zopfli, { describe, it, levels: [1], inputSize: 8192 });

describe("zopfli", () => {
  it("begins no stream with a zero byte, where blocks are stored either", async () => {
    const { encode } = await zopfli.createEncoder({ level: 1, maxOutput: 1 << 20 });
    const input = randomBytes(70_000, 1);
    const output = new Uint8Array(80_000);
    const { consumed, produced } = encode(input, output);
    assert.equal(consumed, input.length);
    assert.notEqual(output[0], 0);
    assert.deepEqual(new Uint8Array(inflateRawSync(output.subarray(0, produced))), input);
  });
});
