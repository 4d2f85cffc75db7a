import { constants } from "node:os";
import {
  addToPoll,
  allocateScratch,
  createPoll,
  readDescriptor,
  waitReadable,
  writeDescriptor,
} from "@erofs/linux";
import { closeSync } from "node:fs";
import type { FileSystem } from "../file-system.ts";
import { Reply, type Timeouts } from "../protocol/reply.ts";
import { Request, REQUEST_SIZE } from "../protocol/request.ts";
import { Dispatcher, type OnFault, REPLY_SIZE } from "./dispatcher.ts";

const { EAGAIN, EINTR, ENODEV, ENOENT } = constants.errno;

export interface Channel {
  /** A descriptor of /dev/fuse that does not block. */
  readonly device: number;
  /** An event; once it is signalled, the loop ends. */
  readonly stop: number;
  /** Whether others serve the same connection. */
  readonly shared: boolean;
}

/**
 * Serves a connection until it is unmounted or told to stop, without a turn for anything else in this thread.
 *
 * It waits in epoll, not in read(2): a thread that is blocked in a read of the device cannot be ended, and would keep the
 * process from ending, while the event wakes epoll whatever has become of the mount.
 * @throws Error when the device fails otherwise
 */
export function serveLoop(
  { device, stop, shared }: Channel,
  fileSystem: FileSystem,
  timeouts: Timeouts,
  onFault: OnFault,
): void {
  const input = allocateScratch(REQUEST_SIZE);
  const output = allocateScratch(REPLY_SIZE);
  const request = new Request(input.bytes, input.words);
  const dispatcher = new Dispatcher(
    fileSystem,
    request,
    new Reply(output.bytes, output.words, timeouts),
    onFault,
  );
  const devicePoll = createPoll();
  const stopPoll = createPoll();
  try {
    addToPoll(devicePoll, device, shared);
    addToPoll(devicePoll, stop, false);
    addToPoll(stopPoll, stop, false);
    for (;;) {
      waitReadable(devicePoll, -1);
      const length = readDescriptor(device, input.address, REQUEST_SIZE);
      if (length > 0) {
        request.length = length;
        const replyLength = dispatcher.handle();
        if (replyLength > 0) writeReply(device, output.address, replyLength);
      } else if (length === -ENODEV || length === 0) {
        return;
      } else if (length === -EAGAIN) {
        if (waitReadable(stopPoll, 0)) return;
      } else if (length !== -EINTR && length !== -ENOENT) {
        throw new Error(`reading the FUSE device failed: errno ${-length}`);
      }
    }
  } finally {
    closeSync(devicePoll);
    closeSync(stopPoll);
  }
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
