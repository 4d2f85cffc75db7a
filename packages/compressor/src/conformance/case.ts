import type { Compressor, Encoder, EncoderOptions } from "../contract.ts";
import type { IndependentDecode } from "./decoding.ts";

/** One test of the kit. */
export interface ConformanceCase {
  /** What it expects, in a line: "encodes text (level 3)". */
  readonly name: string;
  /** Resolves when it is so; rejects with an error that says what is not. */
  run(): Promise<void>;
}

/** Options for an encoder, as the name of a test says them: "level 3". */
export interface Variant {
  readonly label: string;
  readonly options: Omit<EncoderOptions, "maxOutput">;
}

/** What the groups of cases work with. */
export interface Kit {
  readonly compressor: Compressor;
  readonly inputs: ReadonlyMap<string, Uint8Array>;
  /** Bytes of the long inputs. */
  readonly inputSize: number;
  createDecode(): Promise<IndependentDecode>;
  createEncoder(variant: Variant, maxOutput?: number): Promise<Encoder>;
}
