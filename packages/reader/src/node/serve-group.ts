import { parentPort, workerData } from "node:worker_threads";
import { ErofsError, failureReason } from "@erofs/format";
import type { ThreadAnswer, ThreadMessage } from "./thread-group.ts";

/** What a thread does with what it is sent. */
export interface ThreadService<Work> {
  take(work: Work): void;
  /** Called when there is no more. */
  end?(): void;
}

/**
 * Makes this thread one of a `ThreadGroup`. Errors would lose their class on the way, so they are answered; those that
 * nobody foresaw kill the thread.
 * @param prepare called with what the thread was started with, and with what takes its results
 */
export async function serveGroup<Data, Work, Result>(
  prepare: (data: Data, answer: (result: Result) => void) => Promise<ThreadService<Work>>,
): Promise<void> {
  const port = parentPort!;
  const answer = (message: ThreadAnswer<Result>): void => port.postMessage(message);

  function fail(error: unknown): void {
    answer({ error: answered(error) });
    port.close();
  }

  try {
    const service = await prepare(workerData as Data, (result) => answer({ result }));
    port.on("message", (message: ThreadMessage<Work>) => {
      try {
        if (message !== "end") {
          service.take(message.work);
          return;
        }
        service.end?.();
        answer("done");
        port.close();
      } catch (error) {
        fail(error);
      }
    });
  } catch (error) {
    fail(error);
  }
}

/** @throws the error where nobody foresaw it */
function answered(error: unknown): { code: string; message: string } {
  const system = failureReason(error);
  if (system !== undefined) {
    return { code: system.code, message: `cannot read the image: ${system.reason} (${system.code})` };
  }
  if (error instanceof ErofsError) return { code: error.code, message: error.message };
  throw error;
}
