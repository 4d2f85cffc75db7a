import { Opcode } from "../protocol/opcode.ts";
import type { Timeouts } from "../protocol/reply.ts";

/** What a serving thread is started with. */
export interface WorkerData {
  /** URL of the module that exports `createFileSystem`. */
  readonly module: string;
  readonly data: unknown;
  /** Which thread this is, from 0. */
  readonly thread: number;
  /** See `StopBoard`. */
  readonly board: SharedArrayBuffer;
  readonly timeouts: Timeouts;
  /** See `Rehearsal`. */
  readonly rehearses: boolean;
}

/** What it is sent once it has told that it is prepared: a descriptor of /dev/fuse. */
export type DeviceMessage = number;

/** What it tells: that it has its file system, that requests are served from here on, what has gone wrong in one. */
export type WorkerMessage =
  | { readonly kind: "prepared"; readonly readAhead: number | undefined }
  | { readonly kind: "ready" }
  | { readonly kind: "fault"; readonly text: string };

const names = new Map<number, string>(Object.entries(Opcode).map(([name, opcode]) => [opcode, name]));

export function describeFault(fault: { opcode: number; node: number; error: unknown }): string {
  const { opcode, node, error } = fault;
  const known = error instanceof Error && typeof (error as { code?: unknown }).code === "string";
  const words =
    error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  return `${names.get(opcode) ?? `request ${opcode}`} of node ${node}: ${words}`;
}
