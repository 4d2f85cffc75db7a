import { settle, type BuildOptions } from "../options.ts";
import type { FileAccess } from "./file-access.ts";
import type { Executor } from "./jobs.ts";
import { JobRunner } from "./run-job.ts";

/** An executor on the calling thread, for builds with these options: in a browser, or where threads do not pay. */
export async function inProcess(options: BuildOptions, files?: FileAccess): Promise<Executor> {
  const settings = settle(options);
  const runner = await JobRunner.create(files, settings.compressions[0]?.compressor, {
    blockSize: settings.blockSize,
    pclusterSize: settings.compressions[0]?.encoderOptions.maxOutput ?? settings.blockSize,
    encoderOptions: settings.compressions[0]?.encoderOptions,
  });
  return { concurrency: 1, run: async (job) => runner.run(job) };
}
