import type { EncodeResult, Encoder, EncoderOptions, EncoderWindow } from "@erofs/compressor";
import { createInstance } from "./instance.ts";
import { contextBitsOf, dictSizeOf } from "./options.ts";
import { presetOf } from "./presets.ts";

/** Room for a run of input. Decoded extents of more than 12 MiB would be refused by the kernel anyway. */
const WINDOW_SIZE = 4 << 20;
/** EROFS has no clusters above 1 MiB; private uses may. */
const LARGEST_OUTPUT = 64 << 20;
/** Bytes behind output and input that the kernels may read and write in vain. */
const SLACK = 64;
/** Model, prices and nodes of the kernels; `planEnd()` must not be above. */
const PLAN_SIZE = 7 << 16;
/** Entries of the table of places by two bytes. */
const HASH_2_SIZE = 4096;

interface TableBits {
  readonly hash3: number;
  readonly hash4: number;
  readonly ring: number;
}

/**
 * log2 of the finder's tables' entries. The ring goes with the dictionary, as far as the window makes use of it. Hash
 * tables of twice the size make no cluster smaller by more than 0.05 %.
 */
function tableBits(dictSize: number): TableBits {
  const ring = Math.ceil(Math.log2(Math.min(dictSize, WINDOW_SIZE)));
  return { hash3: 14, hash4: Math.min(Math.max(ring - 1, 14), 20), ring };
}

function alignToPage(size: number): number {
  return Math.ceil(size / 4096) * 4096;
}

/** @throws RangeError for options out of range */
export function createLzmaEncoder(options: EncoderOptions): Encoder {
  const { maxOutput } = options;
  if (!Number.isInteger(maxOutput) || maxOutput < 1 || maxOutput > LARGEST_OUTPUT) {
    throw new RangeError(`maxOutput ${maxOutput} is not between 1 and ${LARGEST_OUTPUT}`);
  }
  const { optimal, depth, nice } = presetOf(options.level);
  const { lc, lp, pb } = contextBitsOf(options);
  const dictSize = dictSizeOf(options);
  const bits = tableBits(dictSize);
  const linkSize = optimal ? 8 : 4;
  const tablesSize = 4 * (HASH_2_SIZE + 2 ** bits.hash3 + 2 ** bits.hash4) + linkSize * 2 ** bits.ring;
  const outputAt = PLAN_SIZE + alignToPage(tablesSize);
  const inputAt = outputAt + alignToPage(maxOutput + SLACK);
  const { kernels, memory } = createInstance(inputAt + WINDOW_SIZE + SLACK);
  const tablesEnd = kernels.configure(
    PLAN_SIZE,
    bits.hash3,
    bits.hash4,
    bits.ring,
    dictSize,
    Number(optimal),
    depth,
    nice,
    lc,
    lp,
    pb,
  );
  if (kernels.planEnd() > PLAN_SIZE || tablesEnd > outputAt) {
    throw new Error("the kernels use more memory than was planned");
  }
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
      result.consumed = kernels.encodeCluster(inputAt + start, inputAt + runLength, outputAt, capacity);
      result.produced = kernels.getProduced();
      return result;
    },
  };

  return {
    window,
    encode(source, target) {
      const length = Math.min(source.length, WINDOW_SIZE);
      input.set(length === source.length ? source : source.subarray(0, length));
      window.begin(length);
      window.encodeAt(0, target.length);
      target.set(output.subarray(0, result.produced));
      return result;
    },
  };
}
