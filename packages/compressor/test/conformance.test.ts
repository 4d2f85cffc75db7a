import { describe, expect, it } from "vitest";
import { fillToSize } from "../src/index.ts";
import type { Compressor, Encoder, EncodeResult } from "../src/index.ts";
import { describeCompressor } from "../src/conformance.ts";
import type { IndependentDecode } from "../src/conformance.ts";
import { runLengthCodec, runLengthWhole } from "./run-length-codec.ts";

type Encode = (input: Uint8Array, output: Uint8Array) => EncodeResult;

const honest: Encode = (input, output) =>
  (runLengthCodec.createEncoder({ level: 0, maxOutput: 1 << 20 }) as Encoder).encode(input, output);

/** The names of the kit's tests that fail, with their messages. */
async function failuresOf(compressor: Compressor, decode?: IndependentDecode): Promise<string> {
  const bodies: (readonly [string, () => void | Promise<void>])[] = [];
  describeCompressor(compressor, {
    inputSize: 20_000,
    ...(decode === undefined ? {} : { decode }),
    describe: (_, body) => body(),
    it: (name, body) => void bodies.push([name, body]),
  });
  const failures: string[] = [];
  for (const [name, body] of bodies) {
    try {
      await body();
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`);
    }
  }
  return failures.join("\n");
}

function withEncode(encode: Encode): Compressor {
  return { ...runLengthCodec, createEncoder: () => ({ encode }) };
}

describe("describeCompressor", () => {
  it("finds in an honest codec only that it is bad at text", async () => {
    expect(await failuresOf(runLengthCodec)).toMatch(
      /^puts more into an output than its size: text: only \d+ bytes fitted 16384$/,
    );
  });

  it("accepts a codec that is filled to size by search", async () => {
    const failures = await failuresOf(withEncode(fillToSize(runLengthWhole)), (stream, length) => {
      const output = new Uint8Array(length);
      const decoder = runLengthCodec.createDecoder!() as {
        decode(input: Uint8Array, output: Uint8Array): void;
      };
      decoder.decode(stream.subarray(4), output);
      return output;
    });
    expect(failures).toMatch(/^puts more into an output than its size: text: [^\n]*$/);
  });

  it.each<[string, Encode, RegExp]>([
    [
      "counts one byte too many",
      (i, o) => ({ ...honest(i, o), consumed: Math.min(i.length, honest(i, o).consumed + 1) }),
      /bytes of output, expected/,
    ],
    [
      "writes behind the output",
      (i, o) => {
        new Uint8Array(o.buffer)[o.byteOffset + o.length] = 1;
        return honest(i, o);
      },
      /outside the \d+ bytes produced/,
    ],
    [
      "writes behind what it produced",
      (i, o) => {
        o.fill(7);
        return honest(i, o);
      },
      /outside the \d+ bytes produced/,
    ],
    [
      "changes the input",
      (i, o) => {
        const result = honest(i, o);
        if (i.length > 100) i[50] = i[50]! ^ 1;
        return result;
      },
      /the input was changed/,
    ],
    [
      "starts with a zero",
      (i, o) => {
        const result = honest(i, o);
        o[0] = 0;
        return result;
      },
      /the first byte is zero/,
    ],
    [
      "says that it produced more than there is room",
      (i, o) => ({ ...honest(i, o), produced: o.length + 1 }),
      /produced \d+ bytes of at most/,
    ],
    ["encodes nothing", () => ({ consumed: 0, produced: 0 }), /nothing was encoded, though there is room/],
    [
      "stores wrong bytes",
      (i, o) => {
        const result = honest(i, o);
        if (result.produced > 8) o[7] = o[7]! ^ 1;
        return result;
      },
      /decoded: byte \d+ is/,
    ],
  ])("catches an encoder that %s", async (_, encode, expected) => {
    expect(await failuresOf(withEncode(encode))).toMatch(expected);
  });

  it("catches an encoder that depends on what it did before", async () => {
    const stateful: Compressor = {
      ...runLengthCodec,
      createEncoder: () => {
        let calls = 0;
        return {
          encode: (input, output) => honest(input, output.subarray(0, output.length - (calls++ % 2) * 2)),
        };
      },
    };
    expect(await failuresOf(stateful)).toMatch(
      /gives the same bytes whatever was encoded before: .*consumed/,
    );
  });

  it("catches a window that cuts otherwise than encode", async () => {
    const windowed: Compressor = {
      ...runLengthCodec,
      createEncoder: () => {
        const input = new Uint8Array(1 << 20);
        const output = new Uint8Array(1 << 20);
        let end = 0;
        return {
          encode: honest,
          window: {
            input,
            output,
            begin: (length) => void (end = length),
            encodeAt: (start, capacity) =>
              honest(input.subarray(start, end), output.subarray(0, capacity - 2)),
          },
        };
      },
    };
    expect(await failuresOf(windowed)).toMatch(
      /cuts from its window what encode makes of the same bytes: .*consumed/,
    );
  });

  it("catches levels that are out of range and taken all the same", async () => {
    const failures = await failuresOf({ ...runLengthCodec, levels: { min: 1, max: 2, default: 1 } });
    expect(failures).toContain("an encoder of level 0 was made");
  });

  it("catches a configuration record of the wrong size", async () => {
    expect(await failuresOf({ ...runLengthCodec, algorithm: 0 })).toContain(
      "configuration record of 2 bytes, expected 14",
    );
  });

  it("asks for a decoder where the compressor has none", async () => {
    const { createDecoder: _, ...bare } = runLengthCodec;
    expect(await failuresOf(bare)).toContain("give the kit a decoder");
  });
});
