import { sha256 } from "@noble/hashes/sha2.js";

/** SHA-256 (FIPS 180-4) of bytes that come one after the other. */
export interface Sha256 {
  update(bytes: Uint8Array): Sha256;
  /** 32 bytes. */
  digest(): Uint8Array;
}

export type CreateSha256 = () => Sha256;

/** In plain JavaScript, for wherever there is no faster one. */
export const portableSha256: CreateSha256 = () => sha256.create();
