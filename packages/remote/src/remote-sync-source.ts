import type { SyncSource } from "@erofs/reader";
import { BlockStore } from "./block-store.ts";
import { BlockTable } from "./block-table.ts";
import { Bell, CHANNEL_BYTES, claimChannel } from "./channel.ts";
import type { RemoteHandle } from "./fetch-thread.ts";

/**
 * A file on the web for a thread that reads and waits, as `openSync` of `@erofs/reader` does: what is in the cache comes
 * from disk without asking anybody, for the rest it waits for the thread that fetches.
 * @throws when read: ErofsError EIO when the server does not answer in time, though the next read may succeed; ESTALE when
 * it has another file
 * @throws ErofsError EMFILE when too many threads read it
 */
export function remoteSyncSource(handle: RemoteHandle): SyncSource {
  const bell = new Bell(handle.bell);
  const channel = claimChannel(handle.channels);
  const store = new BlockStore(handle.fd, new BlockTable(handle.table), handle.size);
  const onMark = (block: number): void => channel.tellMark(bell, block);
  return {
    size: handle.size,
    read(offset, target) {
      for (let done = 0; done < target.length; done += CHANNEL_BYTES) {
        const part = target.subarray(done, done + CHANNEL_BYTES);
        if (!bell.isSilent && store.read(offset + done, part, onMark)) continue;
        channel.ask(bell, offset + done, part, handle.timeout);
      }
    },
    close: () => channel.release(),
  };
}
