import type { FileAccess } from "./file-access.ts";
import type { CreateSha256 } from "./sha256.ts";

/** What jobs need of the machine. */
export interface Platform {
  /** Absent where there are none. */
  readonly files?: FileAccess | undefined;
  /** Default: one that runs everywhere. */
  readonly createSha256?: CreateSha256 | undefined;
}
