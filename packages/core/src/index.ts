export { decodeStream, NO_WINDOW_LIMIT, type StreamDecoder, streamDecoders } from "./decode-stream.ts";
export {
  createKernels,
  DAMAGED_BLOCK,
  DecodeFault,
  inPlaceMargin,
  SearchFault,
  type Kernels,
  type KernelsOptions,
} from "./kernels.ts";
export { crc32c } from "./crc32c.ts";
export { xxh32 } from "./xxh32.ts";
