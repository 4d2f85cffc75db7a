import { parentPort, workerData } from "node:worker_threads";
import { ErofsError } from "@erofs/format";
import { Bell, type Channel, channelsIn } from "./channel.ts";
import type { FetchThreadData, FetchThreadReport } from "./fetch-thread.ts";
import type { Fetcher } from "./fetcher.ts";
import { openFetcher } from "./open-fetcher.ts";

const port = parentPort!;
const { url, options, ...shared } = workerData as FetchThreadData;
const bell = new Bell(shared.bell);
const channels = channelsIn(shared.channels);

function report(message: FetchThreadReport): void {
  port.postMessage(message);
}

function codeAndMessage(error: unknown): { code: string; message: string } {
  if (error instanceof ErofsError) return { code: error.code, message: error.message };
  return { code: "EIO", message: error instanceof Error ? error.message : String(error) };
}

/** Does what one channel asks for; later questions of others need not wait for the answer. */
function serve(channel: Channel, fetcher: Fetcher): void {
  const marked = channel.takeMark();
  if (marked !== undefined) fetcher.ahead({ from: marked, to: marked + 1 });
  const question = channel.takeQuestion();
  if (question === undefined) return;
  const { number, offset, length } = question;
  fetcher.read(offset, length).then(
    (bytes) => channel.answer(number, bytes),
    (error: unknown) => {
      const { code, message } = codeAndMessage(error);
      channel.answerError(number, code, message);
    },
  );
}

async function listen(fetcher: Fetcher): Promise<never> {
  for (;;) {
    const count = bell.count();
    for (const channel of channels) serve(channel, fetcher);
    await bell.next(count);
  }
}

try {
  const { fetcher, fd, table, close } = await openFetcher(url, options, (event) => report({ event }));
  // There is one message: to end.
  port.once("message", () => {
    bell.silence();
    close();
    process.exit();
  });
  report({ ready: { size: fetcher.file.size, fd, table: table.memory } });
  void listen(fetcher);
} catch (error) {
  report({ error: codeAndMessage(error) });
  port.close();
}
