import type { Compressor, EncoderOptions } from "@erofs/compressor";
import type { Settings } from "../options.ts";
import type { AutoRule } from "./choose.ts";
import { ClusterCutter } from "./cluster-cutter.ts";
import { thrownBy } from "./compressor-failure.ts";
import { GuardedEncoder } from "./guarded-encoder.ts";
import { createVerifier } from "./verifier.ts";
import type { Watch } from "./watch.ts";

/** What the execution of jobs must know of the settings, in a form that crosses to a worker. */
export interface WorkSettings {
  readonly blockSize: number;
  readonly maxExtentBytes: number;
  readonly compressions: readonly WorkCompression[];
  readonly auto: AutoRule | undefined;
}

export interface WorkCompression {
  readonly name: string;
  readonly encoderOptions: EncoderOptions;
  readonly verify: boolean;
  /** The compressor's record, which its clusters have to keep to. */
  readonly config: Uint8Array;
}

export function workSettings({ blockSize, maxExtentBytes, compressions, auto }: Settings): WorkSettings {
  return {
    blockSize,
    maxExtentBytes,
    compressions: compressions.map(({ compressor, encoderOptions, verify, config }) => ({
      name: compressor.name,
      encoderOptions,
      verify,
      config,
    })),
    auto,
  };
}

/** The compressor of the compression of an index. */
export type LoadCompressor = (index: number) => Compressor | Promise<Compressor>;

/** A cutter for each compression, made when it is first needed: an encoder may take megabytes. */
export class Cutters {
  readonly #settings: WorkSettings;
  readonly #load: LoadCompressor;
  readonly #watch: Watch;
  readonly #ready = new Map<number, ClusterCutter>();
  readonly #coming = new Map<number, Promise<void>>();

  constructor(settings: WorkSettings, load: LoadCompressor, watch: Watch) {
    this.#settings = settings;
    this.#load = load;
    this.#watch = watch;
  }

  /** Makes what is missing. Rejects with `CompressorFailure`. */
  async prepare(indexes: Iterable<number>): Promise<void> {
    for (const index of indexes) {
      if (this.#ready.has(index)) continue;
      let coming = this.#coming.get(index);
      if (!coming) {
        coming = this.#make(index);
        this.#coming.set(index, coming);
      }
      // Whoever waits for it is inside it, too, so that one that never comes is noticed.
      this.#watch.enter(index);
      await coming.finally(() => this.#watch.leave());
    }
  }

  /** The cutter of an index that is prepared. */
  get(index: number): ClusterCutter {
    return this.#ready.get(index)!;
  }

  async #make(index: number): Promise<void> {
    const { blockSize, maxExtentBytes, compressions } = this.#settings;
    const { name, encoderOptions: options, verify, config } = compressions[index]!;
    let compressor;
    this.#watch.enter(index);
    try {
      compressor = await this.#load(index);
    } catch (error) {
      throw thrownBy(name, "to load", error);
    } finally {
      this.#watch.leave();
    }
    const calling = { compressor, options, index, watch: this.#watch };
    const encoder = await GuardedEncoder.create(calling, verify);
    const verifier = verify ? await createVerifier(calling, config, encoder.input.length) : undefined;
    const sizes = { blockSize, pclusterSize: options.maxOutput, maxExtentBytes };
    this.#ready.set(index, new ClusterCutter(encoder, verifier, sizes));
  }
}
