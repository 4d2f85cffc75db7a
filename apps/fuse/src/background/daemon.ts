/** A process that serves one image: it is sent the options, and says when the mount answers. */
import { unmountOnSignals } from "@erofs/fuse";
import { serveImage } from "../serve-image.ts";
import type { ServeOptions } from "../serve-options.ts";
import type { DaemonMessage } from "./daemon-message.ts";

/** Into the log, whose lines are dated. */
function log(line: string): void {
  console.error(`${new Date().toISOString()} ${line}`);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Resolves when the message is sent, or there is nobody to send it to. */
function tell(message: DaemonMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, () => resolve());
  });
}

process.once("message", (options: ServeOptions) => {
  let isReady = false;
  let starterGone = false;
  process.once("disconnect", () => {
    starterGone = true;
    // Nobody knows of a mount that is made now.
    if (!isReady) log("whoever started this is gone");
  });
  serveImage(options, log)
    .then(async (mounted) => {
      unmountOnSignals(mounted, (error) => log(describe(error)));
      if (starterGone) await mounted.unmount({ force: true });
      isReady = true;
      await tell({ kind: "ready", directory: mounted.directory });
      if (process.connected) process.disconnect();
      log(`serving on ${mounted.directory}, process ${process.pid}`);
      await mounted.ended;
      log(`${mounted.directory} is unmounted`);
    })
    .catch(async (error: unknown) => {
      log(describe(error));
      await tell({
        kind: "failed",
        code: (error as { code?: string } | null)?.code,
        message: describe(error),
      });
      process.exit(1);
    });
});
