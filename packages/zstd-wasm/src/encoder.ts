import type { EncodeResult, Encoder, EncoderOptions, EncoderWindow } from "@erofs/compressor";
import { windowLogOf } from "./config.ts";
import { createInstance } from "./instance.ts";
import type { LevelSettings } from "./levels.ts";

/** Room for a run of input. Decoded extents of more than 12 MiB would be refused by the kernel anyway. */
const WINDOW_SIZE = 4 << 20;
/** EROFS has no clusters above 1 MiB; private uses may. */
const LARGEST_OUTPUT = 64 << 20;
/** Bytes behind output and input that the kernels may read and write in vain. */
const SLACK = 64;
/** A block decodes to no more, nor to more than the window. */
const LARGEST_BLOCK = 128 << 10;

export function createClusterEncoder(options: EncoderOptions, settings: LevelSettings): Encoder {
  const { maxOutput } = options;
  if (!Number.isInteger(maxOutput) || maxOutput < 1 || maxOutput > LARGEST_OUTPUT) {
    throw new RangeError(`maxOutput ${maxOutput} is not between 1 and ${LARGEST_OUTPUT}`);
  }
  const windowLog = windowLogOf(options);
  const { parser, attempts, lookAhead, four, niceLength, partSize, otherPasses } = settings;
  const outputSize = Math.ceil((maxOutput + SLACK) / 4096) * 4096;
  const { kernels, memory, free } = createInstance(
    {
      blockMax: Math.min(LARGEST_BLOCK, 1 << windowLog),
      windowLog,
      hashLog: Math.min(settings.hashLog, Math.max(12, windowLog)),
      search: parser === "lazy" ? 1 : parser === "optimal" ? 2 : 0,
    },
    outputSize + WINDOW_SIZE + SLACK,
  );
  const outputAt = free;
  const inputAt = outputAt + outputSize;
  const input = memory.subarray(inputAt, inputAt + WINDOW_SIZE);
  const output = memory.subarray(outputAt, outputAt + maxOutput);
  const result: EncodeResult = { consumed: 0, produced: 0 };
  const kept = new Uint8Array(otherPasses.length > 0 ? maxOutput : 0);
  let runLength = 0;

  const encodeOnce = (from: number, to: number, capacity: number, passes: number): void => {
    result.consumed =
      parser === "fast"
        ? kernels.encodeFast(from, to, outputAt, capacity, Number(four))
        : parser === "lazy"
          ? kernels.encodeLazy(from, to, outputAt, capacity, attempts, lookAhead, Number(four))
          : kernels.encodeOptimal(from, to, outputAt, capacity, attempts, niceLength, passes, partSize);
    result.produced = kernels.getProduced();
  };

  const window: EncoderWindow = {
    input,
    output,
    begin(length) {
      if (!Number.isInteger(length) || length < 0 || length > WINDOW_SIZE) {
        throw new RangeError(`a run of ${length} bytes does not fit a window of ${WINDOW_SIZE}`);
      }
      runLength = length;
    },
    encodeAt(start, capacity) {
      if (!(start >= 0 && start <= runLength)) {
        throw new RangeError(`start ${start} is not in a run of ${runLength}`);
      }
      if (!(capacity >= 0 && capacity <= maxOutput)) {
        throw new RangeError(`capacity ${capacity} is above the encoder's maxOutput ${maxOutput}`);
      }
      const end = Math.min(runLength, start + reach(capacity));
      encodeOnce(inputAt + start, inputAt + end, capacity, settings.passes);
      for (const passes of otherPasses) {
        const { consumed, produced } = result;
        kept.set(output.subarray(0, produced));
        encodeOnce(inputAt + start, inputAt + end, capacity, passes);
        if (result.consumed > consumed) continue;
        output.set(kept.subarray(0, produced));
        result.consumed = consumed;
        result.produced = produced;
      }
      return result;
    },
  };

  return {
    window,
    encode(source, target) {
      const length = Math.min(source.length, WINDOW_SIZE, reach(target.length));
      input.set(length === source.length ? source : source.subarray(0, length));
      window.begin(length);
      window.encodeAt(0, target.length);
      target.set(output.subarray(0, result.produced));
      return result;
    },
  };
}

/** Input that is looked at for an output of `capacity` bytes. */
function reach(capacity: number): number {
  return 1024 * capacity;
}
