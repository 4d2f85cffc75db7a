import { createHash } from "node:crypto";
import type { CreateSha256 } from "../execute/sha256.ts";

/** OpenSSL's: 1.5 GB/s where the processor has instructions for it, five times as fast as plain JavaScript. */
export const nodeSha256: CreateSha256 = () => createHash("sha256");
