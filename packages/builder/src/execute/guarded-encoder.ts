import type { Compressor, Encoder, EncoderOptions, EncoderWindow } from "@erofs/compressor";
import { MAX_EXTENT_SIZE } from "@erofs/format";
import { CompressorFailure, thrownBy } from "./compressor-failure.ts";
import type { Watch } from "./watch.ts";

/** Memory for a run, for an encoder without a window of its own. */
const plainWindowSize = 4 << 20;
/** What the contract promises of a window. */
const smallestWindow = 1 << 20;

/** A compressor as it is called: who it is, what it is asked for, and who watches. */
export interface Calling {
  readonly compressor: Compressor;
  readonly options: EncoderOptions;
  /** What `Watch.enter` is told. */
  readonly index: number;
  readonly watch: Watch;
}

/**
 * An encoder by a stranger: whatever it does short of not returning is a `CompressorFailure`. Runs are put into
 * `input`, clusters come out in `output`.
 */
export class GuardedEncoder {
  /** Holds the run. Memory of the encoder's own unless it is kept apart. */
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  readonly name: string;
  readonly #calling: Calling;
  readonly #encoder: Encoder;
  readonly #window: EncoderWindow | undefined;
  /** What the encoder works on. */
  readonly #given: Uint8Array;
  readonly #size: number;
  #end = 0;
  /** Of the last `encodeAt`. */
  consumed = 0;
  produced = 0;

  private constructor(calling: Calling, encoder: Encoder, apart: boolean) {
    const { compressor, options } = calling;
    this.name = compressor.name;
    this.#calling = calling;
    this.#encoder = encoder;
    this.#window = encoder.window;
    if (this.#window === undefined) {
      this.#given = new Uint8Array(plainWindowSize);
      this.output = new Uint8Array(options.maxOutput);
    } else {
      const { input, output } = this.#window;
      if (!(input instanceof Uint8Array && input.length >= smallestWindow)) {
        throw this.#liar(`its window is no Uint8Array of at least ${smallestWindow} bytes`);
      }
      if (!(output instanceof Uint8Array && output.length >= options.maxOutput)) {
        throw this.#liar(`its window's output is no Uint8Array of at least ${options.maxOutput} bytes`);
      }
      this.#given = input.subarray(0, MAX_EXTENT_SIZE);
      this.output = output;
    }
    this.#size = this.#given.length;
    this.input = apart ? new Uint8Array(this.#given.length) : this.#given;
  }

  /** With `apart`, the encoder gets a copy of each run: it cannot change what its clusters are compared with. */
  static async create(calling: Calling, apart: boolean): Promise<GuardedEncoder> {
    const { compressor, options, index, watch } = calling;
    watch.enter(index);
    try {
      const encoder = (await compressor.createEncoder(options)) as Encoder | null | undefined;
      if (typeof encoder?.encode !== "function") {
        throw new CompressorFailure(compressor.name, "breaks its contract: it made no encoder");
      }
      return new GuardedEncoder(calling, encoder, apart);
    } catch (error) {
      throw thrownBy(compressor.name, "to make an encoder", error);
    } finally {
      watch.leave();
    }
  }

  /** Says that `input` holds a new run of `length` bytes. */
  begin(length: number): void {
    const { watch, index } = this.#calling;
    watch.enter(index);
    try {
      if (this.input !== this.#given) this.#given.set(this.input.subarray(0, length));
      this.#window?.begin(length);
    } catch (error) {
      throw thrownBy(this.name, "at the beginning of a run", error);
    } finally {
      watch.leave();
    }
    this.#end = length;
  }

  /** Encodes the run from `start` on into `capacity` bytes at most; sets `consumed` and `produced`. */
  encodeAt(start: number, capacity: number): void {
    const { watch, index } = this.#calling;
    watch.enter(index);
    try {
      const result: unknown = this.#window
        ? this.#window.encodeAt(start, capacity)
        : this.#encoder.encode(this.#given.subarray(start, this.#end), this.output.subarray(0, capacity));
      if (typeof result !== "object" || result === null) throw this.#liar("it returned no result");
      // Each is read once: a getter may say something else the second time.
      const { consumed, produced, then } = result as Record<string, unknown>;
      if (then !== undefined) throw this.#liar("it returned a promise, where a result is expected");
      this.consumed = this.#amount("consumed", consumed, this.#end - start);
      this.produced = this.#amount("produced", produced, capacity);
    } catch (error) {
      throw thrownBy(this.name, "to encode", error);
    } finally {
      watch.leave();
    }
    if ((this.consumed === 0) !== (this.produced === 0)) {
      throw this.#liar(`it consumed ${this.consumed} bytes but produced ${this.produced}`);
    }
    if (this.#given.length !== this.#size) throw this.#liar("its window is gone: did its memory grow?");
    if (this.produced > 0 && this.output[0] === 0) {
      throw this.#liar("the first byte of its cluster is zero");
    }
  }

  #amount(what: string, value: unknown, most: number): number {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most) return value;
    throw this.#liar(`it ${what} ${typeof value === "number" ? value : typeof value} of ${most} bytes`);
  }

  #liar(how: string): CompressorFailure {
    return new CompressorFailure(this.name, `breaks its contract: ${how}`);
  }
}
