import type { EncodeResult, Encoder, EncoderOptions, EncoderWindow } from "@erofs/compressor";
import { DICT_SIZES } from "./config.ts";
import { createInstance } from "./instance.ts";
import type { Level } from "./levels.ts";

/** Room for a run of input. Decoded extents of more than 12 MiB would be refused by the kernel anyway. */
const WINDOW_SIZE = 4 << 20;
/** EROFS has no clusters above 1 MiB; private uses may. */
const LARGEST_OUTPUT = 64 << 20;
/** Bytes behind output and input that the kernels may read and write in vain. */
const SLACK = 64;
/** Tables and states of the kernels; `planEnd()` must not be above. */
const PLAN_SIZE = { plain: 5 << 18, optimal: 7 << 20 } as const;

/** An encoder of one level. */
export function createClusterEncoder(
  { maxOutput, dictSize = DICT_SIZES.max }: EncoderOptions,
  { attempts, nice, lazySteps, threeBytes, trueCosts, optimal }: Level,
): Encoder {
  if (!Number.isInteger(maxOutput) || maxOutput < 1 || maxOutput > LARGEST_OUTPUT) {
    throw new RangeError(`maxOutput ${maxOutput} is not between 1 and ${LARGEST_OUTPUT}`);
  }
  if (!Number.isInteger(dictSize) || dictSize < DICT_SIZES.min || dictSize > DICT_SIZES.max) {
    throw new RangeError(`dictSize ${dictSize} is not between ${DICT_SIZES.min} and ${DICT_SIZES.max}`);
  }
  const outputAt = optimal ? PLAN_SIZE.optimal : PLAN_SIZE.plain;
  const inputAt = outputAt + Math.ceil((maxOutput + SLACK) / 4096) * 4096;
  const { kernels, memory } = createInstance(inputAt + WINDOW_SIZE + SLACK);
  if (kernels.planEnd(optimal !== undefined) > outputAt)
    throw new Error("the kernels use more memory than was planned");
  kernels.configure(dictSize, attempts, nice, lazySteps, threeBytes, trueCosts);
  if (optimal) kernels.configurePasses(optimal.passes, optimal.attempts, optimal.nice);
  const input = memory.subarray(inputAt, inputAt + WINDOW_SIZE);
  const output = memory.subarray(outputAt, outputAt + maxOutput);
  const result: EncodeResult = { consumed: 0, produced: 0 };
  let runLength = 0;

  const window: EncoderWindow = {
    input,
    output,
    begin(length) {
      if (!Number.isInteger(length) || length < 0 || length > WINDOW_SIZE) {
        throw new RangeError(`a run of ${length} bytes does not fit a window of ${WINDOW_SIZE}`);
      }
      runLength = length;
      kernels.forgetMatches();
    },
    encodeAt(start, capacity) {
      if (!(start >= 0 && start <= runLength))
        throw new RangeError(`start ${start} is not in a run of ${runLength}`);
      if (!(capacity >= 0 && capacity <= maxOutput)) {
        throw new RangeError(`capacity ${capacity} is above the encoder's maxOutput ${maxOutput}`);
      }
      result.consumed = kernels.encode(inputAt + start, inputAt + runLength, outputAt, capacity);
      result.produced = kernels.getProduced();
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

/** More bytes than any DEFLATE stream of `capacity` bytes decodes to: a match of 258 bytes takes at least two bits. */
function reach(capacity: number): number {
  return 1032 * capacity + SLACK;
}
