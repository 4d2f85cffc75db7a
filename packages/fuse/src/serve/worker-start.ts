/** How to start the thread of `worker.ts`: as built JavaScript also where this is a test on sources. */
export function workerStart(): { readonly url: URL; readonly options: { execArgv?: string[] } } {
  const here = import.meta.url;
  const onSources = here.endsWith(".ts");
  const built = onSources ? here.replace(/\/src\/serve\/[^/]+\.ts$/, "/dist/serve/worker.js") : undefined;
  // Options of the process that lead to sources, or are for text given to Node, are not for what is built.
  const inherits = !onSources && !process.execArgv.some((option) => option.startsWith("--input-type"));
  return {
    url: built === undefined ? new URL("./worker.js", here) : new URL(built),
    options: inherits ? {} : { execArgv: [] },
  };
}
