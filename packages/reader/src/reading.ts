/**
 * The reader's one idea: functions are generators that `yield` the bytes they need and are resumed with them.
 * A driver decides how bytes come: `runSync` from descriptors and memory, `runAsync` from promises.
 */
import { ErofsError } from "@erofs/format";
import type { AsyncSource, SyncSource } from "./sources/source.ts";

/** Bytes that a reading function asks for. */
export interface ByteRange {
  /** 0 is the primary image, k > 0 the k-th extra device that was given. */
  readonly device: number;
  readonly offset: number;
  readonly length: number;
  /**
   * Where to put the bytes (`length` of them), asked for at the moment they are at hand: memory that is shared by
   * many readings, like that of the decoder, is only claimed between the answer and the next request.
   */
  readonly target?: () => Uint8Array;
}

/** A function that reads: yields ranges, is resumed with their bytes, returns `T`. */
export type Reading<T> = Generator<ByteRange, T, Uint8Array>;

/** One thing out of a sequence that is read piece by piece. */
export interface Item<T> {
  readonly item: T;
}

/** A reading that hands out items on its way; the value that it is resumed with after an item has no meaning. */
export type Streaming<T> = Generator<ByteRange | Item<T>, void, Uint8Array>;

const nothing = new Uint8Array(0);

function fillSync(range: ByteRange, sources: readonly SyncSource[]): Uint8Array {
  const target = range.target === undefined ? new Uint8Array(range.length) : range.target();
  (sources[range.device] as SyncSource).read(range.offset, target);
  return target;
}

function placed(range: ByteRange, bytes: Uint8Array): Uint8Array {
  if (bytes.length !== range.length) {
    throw new ErofsError(
      "EIO",
      `the source gave ${bytes.length} bytes of ${range.length} at ${range.offset}`,
    );
  }
  if (range.target === undefined) return bytes;
  const target = range.target();
  target.set(bytes);
  return target;
}

/** Resumes a reading with the bytes that it asks for; a source's error is thrown into it. */
export function answerSync<Y, R>(
  reading: Generator<Y, R, Uint8Array>,
  range: ByteRange,
  sources: readonly SyncSource[],
): IteratorResult<Y, R> {
  let bytes: Uint8Array;
  try {
    bytes = fillSync(range, sources);
  } catch (error) {
    return reading.throw(error);
  }
  return reading.next(bytes);
}

async function answerAsync<Y, R>(
  reading: Generator<Y, R, Uint8Array>,
  range: ByteRange,
  sources: readonly AsyncSource[],
): Promise<IteratorResult<Y, R>> {
  let bytes: Uint8Array;
  try {
    bytes = placed(range, await (sources[range.device] as AsyncSource).read(range.offset, range.length));
  } catch (error) {
    return reading.throw(error);
  }
  return reading.next(bytes);
}

/** Drives a reading to its end on synchronous sources. */
export function runSync<T>(reading: Reading<T>, sources: readonly SyncSource[]): T {
  let step = reading.next();
  while (!step.done) {
    step = answerSync(reading, step.value, sources);
  }
  return step.value;
}

/** Drives a reading to its end on asynchronous sources. */
export async function runAsync<T>(reading: Reading<T>, sources: readonly AsyncSource[]): Promise<T> {
  let step = reading.next();
  while (!step.done) {
    step = await answerAsync(reading, step.value, sources);
  }
  return step.value;
}

/** Drives a streaming reading on synchronous sources, item by item. */
export function* iterateSync<T>(
  streaming: Streaming<T>,
  sources: readonly SyncSource[],
): Generator<T, void, void> {
  let step = streaming.next(nothing);
  while (!step.done) {
    if ("item" in step.value) {
      yield step.value.item;
      step = streaming.next(nothing);
    } else {
      step = answerSync(streaming, step.value, sources);
    }
  }
}

/** Drives a streaming reading on asynchronous sources, item by item. */
export async function* iterateAsync<T>(
  streaming: Streaming<T>,
  sources: readonly AsyncSource[],
): AsyncGenerator<T, void, void> {
  let step = streaming.next(nothing);
  while (!step.done) {
    if ("item" in step.value) {
      yield step.value.item;
      step = streaming.next(nothing);
    } else {
      step = await answerAsync(streaming, step.value, sources);
    }
  }
}
