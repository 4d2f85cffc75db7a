import type { Platform } from "../execute/platform.ts";
import { nodeFiles } from "./file-access.ts";
import { nodeSha256 } from "./sha256.ts";

/** Node's files and Node's SHA-256. */
export const nodePlatform: Platform = { files: nodeFiles, createSha256: nodeSha256 };
