import type { EncodeResult, Encoder, EncoderOptions, EncoderWindow } from "@erofs/compressor";
import { createInstance } from "./instance.ts";
import type { Kernels } from "./instance.ts";

/** Room for a run of input. Decoded extents of more than 12 MiB would be refused by the kernel anyway. */
const WINDOW_SIZE = 4 << 20;
/** EROFS has no clusters above 1 MiB; private uses may. */
const LARGEST_OUTPUT = 64 << 20;
/** Bytes behind output and input that the kernels may read and write in vain. */
const SLACK = 64;
/** Tables and states of the kernels; `planEnd()` must not be above. */
const PLAN_SIZE = 1 << 20;

/** Encodes one cluster; the addresses and the result as in `Kernels`. */
export type EncodeCluster = (
  kernels: Kernels,
  input: number,
  inputEnd: number,
  output: number,
  capacity: number,
) => number;

/** An encoder around one of the kernels. */
export function createClusterEncoder({ maxOutput }: EncoderOptions, encodeCluster: EncodeCluster): Encoder {
  if (!Number.isInteger(maxOutput) || maxOutput < 1 || maxOutput > LARGEST_OUTPUT) {
    throw new RangeError(`maxOutput ${maxOutput} is not between 1 and ${LARGEST_OUTPUT}`);
  }
  const outputAt = PLAN_SIZE;
  const inputAt = outputAt + Math.ceil((maxOutput + SLACK) / 4096) * 4096;
  const { kernels, memory } = createInstance(inputAt + WINDOW_SIZE + SLACK);
  if (kernels.planEnd() > PLAN_SIZE) throw new Error("the kernels use more memory than was planned");
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
    },
    encodeAt(start, capacity) {
      if (!(start >= 0 && start <= runLength))
        throw new RangeError(`start ${start} is not in a run of ${runLength}`);
      if (!(capacity >= 0 && capacity <= maxOutput)) {
        throw new RangeError(`capacity ${capacity} is above the encoder's maxOutput ${maxOutput}`);
      }
      const end = Math.min(runLength, start + reach(capacity));
      result.consumed = encodeCluster(kernels, inputAt + start, inputAt + end, outputAt, capacity);
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

/** More bytes than any LZ4 block of `capacity` bytes decodes to: a byte stands for at most 255. */
function reach(capacity: number): number {
  return 256 * capacity + SLACK;
}
