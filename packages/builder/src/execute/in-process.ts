import { settle, type BuildOptions } from "../options.ts";
import { withPath } from "./compressor-failure.ts";
import { Cutters, workSettings } from "./cutters.ts";
import type { Executor, Job } from "./jobs.ts";
import type { Platform } from "./platform.ts";
import { JobRunner, type Work } from "./run-job.ts";
import { Watch } from "./watch.ts";

/** An executor on the calling thread, for builds with these options: in a browser, or where threads do not pay. */
export async function inProcess(options: BuildOptions, platform: Platform = {}): Promise<Executor> {
  const settings = settle(options);
  const watch = new Watch();
  const work = workSettings(settings);
  const cutters = new Cutters(work, (index) => settings.compressions[index]!.compressor, watch);
  const runner = new JobRunner(platform, work, cutters, watch);
  return {
    concurrency: 1,
    async run<J extends Job>(job: J) {
      try {
        return await runner.run<J>(job as Work<J>);
      } catch (error) {
        throw withPath(error, job.pathOf);
      }
    },
  };
}
