import { constants } from "node:os";
import { allocateScratch, readDescriptor, waitReadable, writeDescriptor } from "@erofs/linux";
import { MountError } from "./mount/mount-error.ts";
import { answerInit, type InitOptions, type Negotiation } from "./protocol/init.ts";
import { Opcode } from "./protocol/opcode.ts";
import { Reply } from "./protocol/reply.ts";
import { Request, REQUEST_SIZE } from "./protocol/request.ts";

const { EAGAIN, EINTR, ENODEV } = constants.errno;

/** The kernel sends INIT when it mounts. */
const PATIENCE = 10_000;

/** Reads the INIT request of a fresh mount and answers it. @throws MountError */
export function shakeHands(device: number, options: InitOptions): Negotiation {
  const { address, bytes, words } = allocateScratch(REQUEST_SIZE);
  const output = allocateScratch(256);
  const request = new Request(bytes, words);
  const reply = new Reply(output.bytes, output.words, { entry: 0, attributes: 0 });
  const view = new DataView(output.bytes.buffer, output.bytes.byteOffset, output.bytes.length);
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    if (!waitReadable(device, 1000)) continue;
    request.length = readDescriptor(device, address, REQUEST_SIZE);
    if (request.length === -EAGAIN || request.length === -EINTR) continue;
    if (request.length === -ENODEV) throw new MountError("ENODEV", "unmounted before it was served");
    if (request.length <= 0 || request.opcode !== Opcode.init) {
      throw new MountError("EPROTO", `expected INIT from the kernel, found ${describe(request)}`);
    }
    const { size, negotiation } = answerInit(request, view, options);
    reply.header(size, 0, request.uniqueLow, request.uniqueHigh);
    const written = writeDescriptor(device, output.address, size);
    if (written !== size)
      throw new MountError("EPROTO", `the kernel refuses the INIT reply: errno ${-written}`);
    if (negotiation !== undefined) return negotiation;
  }
  throw new MountError("ETIMEDOUT", "the kernel has sent no INIT request");
}

function describe({ length, opcode }: Request): string {
  return length < 0 ? `errno ${-length}` : `${length} bytes, request ${opcode}`;
}
