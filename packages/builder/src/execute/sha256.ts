import { sha256 } from "@noble/hashes/sha2.js";

/** Bytes of a digest. */
export const SHA256_SIZE = 32;

/** SHA-256 (FIPS 180-4) of bytes that come one after the other. */
export interface Sha256 {
  update(bytes: Uint8Array): Sha256;
  /** `SHA256_SIZE` bytes. */
  digest(): Uint8Array;
}

export type CreateSha256 = () => Sha256;

/** In plain JavaScript, for wherever there is no faster one. */
export const portableSha256: CreateSha256 = () => sha256.create();

/** Digests one behind the other. */
export function concatenatedDigests(digests: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(digests.length * SHA256_SIZE);
  for (const [i, digest] of digests.entries()) bytes.set(digest, i * SHA256_SIZE);
  return bytes;
}
