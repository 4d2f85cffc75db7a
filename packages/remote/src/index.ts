export { defaultCacheDirectory } from "./cache-directory.ts";
export { type FetchThread, type RemoteHandle, startFetchThread } from "./fetch-thread.ts";
export { type RemoteOptions, splitCredentials } from "./open-fetcher.ts";
export { remoteSource, type RemoteSourceOptions } from "./remote-source.ts";
export { remoteSyncSource } from "./remote-sync-source.ts";
