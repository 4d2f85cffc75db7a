import { constants } from "node:os";
import { allocateScratch, readDescriptor, waitReadable, writeDescriptor } from "@erofs/linux";
import type { FileSystem } from "../file-system.ts";
import { OUT_HEADER_SIZE, Reply, type Timeouts } from "../protocol/reply.ts";
import { Request, REQUEST_SIZE } from "../protocol/request.ts";
import { Dispatcher, type OnFault, REPLY_SIZE } from "./dispatcher.ts";
import { Rehearsal } from "./rehearsal.ts";

const { EAGAIN, EINTR, ENODEV, ENOENT } = constants.errno;

/** Milliseconds without a request, after which nobody is taken to be about to make one. */
const QUIET = 20;

/** Requests that are not yet somebody's work: of those who look what has been mounted. */
const FEW = 200;

/**
 * Serves a connection until it is unmounted or told to stop, without a turn for anything else in this thread.
 * @param device a descriptor of /dev/fuse
 * @param isStopped asked before each request; who makes it true has to interrupt the thread too
 * @param rehearses whether to answer requests of its own while nobody asks, see `Rehearsal`
 * @throws Error when the device fails
 */
export function serveLoop(
  device: number,
  fileSystem: FileSystem,
  timeouts: Timeouts,
  onFault: OnFault,
  isStopped: () => boolean,
  rehearses: boolean,
): void {
  const input = allocateScratch(REQUEST_SIZE);
  // So each page of what is read is copied from one page, not from two.
  const output = allocateScratch(REPLY_SIZE, OUT_HEADER_SIZE);
  const request = new Request(input.bytes, input.words);
  const reply = new Reply(output.bytes, output.words, timeouts);
  const dispatcher = new Dispatcher(fileSystem, request, reply, onFault);
  const answer = (): boolean => {
    const length = readDescriptor(device, input.address, REQUEST_SIZE);
    if (length > 0) {
      request.length = length;
      const replyLength = dispatcher.handle();
      if (replyLength > 0) writeReply(device, output.address, replyLength);
      return true;
    }
    if (length === -ENODEV || length === 0) return false;
    if (length !== -EINTR && length !== -EAGAIN && length !== -ENOENT) {
      throw new Error(`reading the FUSE device failed: errno ${-length}`);
    }
    return true;
  };

  if (rehearses && fileSystem.forget === undefined) {
    const silent = new Dispatcher(fileSystem, request, reply, () => {});
    const rehearsal = new Rehearsal(silent, request, input, output);
    fileSystem.rehearse?.(true);
    let asked = 0;
    for (let pause = QUIET; !rehearsal.isOver && !isStopped();) {
      const isAsked = waitReadable(device, pause);
      pause = isAsked ? QUIET : 0;
      if (!isAsked) {
        rehearsal.step();
        continue;
      }
      if (!answer()) return;
      rehearsal.skipStep();
      if (++asked === FEW) fileSystem.rehearse?.(false);
    }
    if (asked < FEW) fileSystem.rehearse?.(false);
  }
  while (!isStopped() && answer());
}

/** Whoever asked may be gone (ENOENT), and so may be the mount. */
function writeReply(device: number, address: number, length: number): void {
  for (;;) {
    const written = writeDescriptor(device, address, length);
    if (written >= 0 || written === -ENOENT || written === -ENODEV) return;
    if (written !== -EINTR && written !== -EAGAIN) {
      throw new Error(`writing a reply of ${length} bytes to the FUSE device failed: errno ${-written}`);
    }
  }
}
