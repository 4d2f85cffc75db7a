import type { Mounted } from "./mount.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Has the signals that end a process unmount first; the process then ends by itself, with nothing left to do. A mount that
 * is in use is taken away all the same: who still has something open there gets ENOTCONN.
 * @param onError told why a mount could not be taken away, the process staying
 */
export function unmountOnSignals(mounted: Mounted, onError: (error: unknown) => void): void {
  const unmount = (): void => {
    mounted
      .unmount()
      .catch(() => mounted.unmount({ force: true }))
      .catch(onError);
  };
  for (const signal of SIGNALS) process.on(signal, unmount);
  const forget = (): void => {
    for (const signal of SIGNALS) process.off(signal, unmount);
  };
  mounted.ended.then(forget, forget);
}
