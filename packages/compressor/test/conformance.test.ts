import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fillToSize } from "../src/index.ts";
import type { Compressor, Decoder, Encoder, EncodeResult } from "../src/index.ts";
import { conformanceCases, describeCompressor } from "../src/conformance.ts";
import { runLengthCodec, runLengthWhole } from "./run-length-codec.ts";

type Encode = (input: Uint8Array, output: Uint8Array) => EncodeResult;

const honest: Encode = (input, output) =>
  (runLengthCodec.createEncoder({ level: 0, maxOutput: 1 << 20 }) as Encoder).encode(input, output);

/** The names of the kit's tests that fail, with their messages. */
async function failuresOf(compressor: Compressor): Promise<string> {
  const bodies: (readonly [string, () => void | Promise<void>])[] = [];
  describeCompressor(compressor, {
    inputSize: 20_000,
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
      /^puts more into an output than its size: text: only \d+ bytes fitted 5000$/,
    );
  });

  it("accepts a codec that is filled to size by search", async () => {
    const { decode } = runLengthCodec.createDecoder!() as Decoder;
    const codec = {
      ...withEncode(fillToSize(runLengthWhole)),
      createDecoder: () => ({
        decode: (input: Uint8Array, output: Uint8Array) => decode(input.subarray(4), output),
      }),
    };
    expect(await failuresOf(codec)).toMatch(/^puts more into an output than its size: text: [^\n]*$/);
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
      /wrote at \d+, outside of \d+ bytes/,
    ],
    [
      "writes behind what it produced",
      (i, o) => {
        o.fill(7);
        return honest(i, o);
      },
      /wrote at \d+, outside of \d+ bytes/,
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
    expect(await failuresOf({ ...runLengthCodec, algorithm: 0 })).toMatch(
      /configuration record \(.*\): 2 bytes, expected 14/,
    );
  });

  it.each([
    [1, new Uint8Array(14), /says a dictionary of 0 bytes/],
    [2, Uint8Array.of(16, 0, 0, 0, 0, 0), /says a window of 2\^16 bytes/],
    [3, Uint8Array.of(0, 11, 0, 0, 0, 0), /says a window of 2\^21 bytes/],
    [9, new Uint8Array(1025), /1025 bytes, at most 1024/],
  ])("catches a record that kernels refuse, of algorithm %d", async (algorithm, record, expected) => {
    expect(await failuresOf({ ...runLengthCodec, algorithm, config: () => record })).toMatch(expected);
  });

  it("asks for a decoder where the compressor has none", async () => {
    const { createDecoder: _, ...bare } = runLengthCodec;
    expect(await failuresOf(bare)).toContain("give the kit one");
  });

  it("decodes what kernels decode by itself", async () => {
    const failures = await failuresOf({ ...runLengthCodec, algorithm: 0 });
    expect(failures).toMatch(/encodes text: the stream of \d+ bytes does not decode to \d+ bytes/);
  });

  it("tries the ends of the other options' ranges", () => {
    const names = conformanceCases({
      ...runLengthCodec,
      levels: { min: 1, max: 3, default: 2 },
      dictSizes: { min: 512, max: 1024 },
      extraOptions: { effort: { min: 0, max: 7, description: "" } },
    }).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith("encodes text"))).toEqual([
      "encodes text (level 1)",
      "encodes text (level 2)",
      "encodes text (level 3)",
      "encodes text (level 1, dictsize 512)",
      "encodes text (level 1, dictsize 1024)",
      "encodes text (level 1, effort 0)",
      "encodes text (level 1, effort 7)",
    ]);
  });
});

type Decode = (input: Uint8Array, output: Uint8Array) => void;

describe("describeCompressor, of a decoder,", () => {
  let clock = 0;
  beforeEach(() => void vi.spyOn(performance, "now").mockImplementation(() => clock));
  afterEach(() => void vi.restoreAllMocks());

  const decode: Decode = (input, output) =>
    (runLengthCodec.createDecoder!() as { decode: Decode }).decode(input, output);

  it.each<[string, Decode, RegExp]>([
    [
      "writes behind the output",
      (i, o) => {
        decode(i, o);
        new Uint8Array(o.buffer)[o.byteOffset + o.length] = 0;
      },
      /decodes what it encoded: a sound stream: wrote at \d+, outside/,
    ],
    [
      "returns something",
      ((i, o) => {
        decode(i, o);
        return Promise.resolve();
      }) as Decode,
      /decodes what it encoded: a sound stream: decode returned something/,
    ],
    [
      "changes the stream",
      (i, o) => {
        decode(i, o);
        i[0] = i[0]! ^ 1;
      },
      /a sound stream: the stream was changed/,
    ],
    [
      "takes any length",
      (i, o) => {
        try {
          decode(i, o);
        } catch {}
      },
      /refuses sound streams of other lengths: a stream of \d+ bytes into \d+: no error/,
    ],
    [
      "takes its time with damage",
      (i, o) => {
        try {
          decode(i, o);
        } catch (error) {
          clock += 2100;
          throw error;
        }
      },
      /: took 2100 ms/,
    ],
  ])("catches one that %s", async (_, hostile, expected) => {
    const codec = { ...runLengthCodec, createDecoder: () => ({ decode: hostile }) };
    const failures: string[] = [];
    for (const { name, run } of conformanceCases(codec, { inputSize: 8192 }).slice(-3)) {
      await run().catch((error: Error) => void failures.push(`${name}: ${error.message}`));
    }
    expect(failures.join("\n")).toMatch(expected);
  });
});
