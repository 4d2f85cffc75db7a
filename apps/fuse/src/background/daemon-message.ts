/** What a daemon tells who started it: that the mount answers, or why there is none. */
export type DaemonMessage =
  | { readonly kind: "ready"; readonly directory: string }
  | { readonly kind: "failed"; readonly code: string | undefined; readonly message: string };
