import { ErofsError } from "@erofs/format";
import type { FetchThread } from "@erofs/remote";
import type { ImageBytes } from "./image-data.ts";
import { closeFiles, openFiles } from "./image-file.ts";
import type { ServeOptions } from "./serve-options.ts";

/** What an image is read from, open until `close`, which wants nobody to read any more. */
export interface OpenBytes {
  readonly bytes: ImageBytes;
  /** What the table of mounts may call it. */
  readonly name: string;
  close(): Promise<void>;
}

export function isAddress(image: string): boolean {
  return /^https?:\/\//i.test(image);
}

/** Opens files, or starts a thread for each file on the web. @throws (rejects with) ErofsError */
export async function openBytes(
  { image, devices = [], offset = 0, remote }: ServeOptions,
  log: (line: string) => void,
): Promise<OpenBytes> {
  if (typeof image !== "string") return { bytes: image, name: "erofs", close: async () => {} };
  if (!isAddress(image)) {
    const fds = openFiles([image, ...devices]);
    return { bytes: { fds, offset }, name: image, close: async () => closeFiles(fds) };
  }
  const file = devices.find((device) => !isAddress(device));
  if (file !== undefined)
    throw new ErofsError("EINVAL", `the image is on the web, its device ${file} is not`);
  // Half of what starting takes, and of no use to most.
  const { splitCredentials, startFetchThread } = await import("@erofs/remote");
  const threads: FetchThread[] = [];
  const close = async (): Promise<void> => {
    for (const thread of threads.splice(0)) await thread.close();
  };
  try {
    for (const address of [image, ...devices]) threads.push(await startFetchThread(address, remote, log));
  } catch (error) {
    await close();
    throw error;
  }
  const remotes = threads.map(({ handle }) => handle);
  return { bytes: { remotes, offset }, name: splitCredentials(image).url, close };
}
