/** What Node's `Worker` needs to run a module of a package's own. */
export interface ThreadStart {
  readonly url: URL;
  /** To be spread into the options. */
  readonly options: {
    readonly execArgv?: string[];
    readonly resourceLimits: { readonly maxOldGenerationSizeMb: number };
  };
}

/** What JavaScript may keep in a thread: contents of files and clusters are in buffers, which do not count. */
const resourceLimits = { maxOldGenerationSizeMb: 512 };

/**
 * How to start a thread.
 * @param starter `import.meta.url` of the module that starts it
 * @param module where the thread's module is from there once both are built: "./worker.js"
 * @param execArgv the process's
 */
export function threadStart(starter: string, module: string, execArgv: readonly string[]): ThreadStart {
  const onSources = starter.endsWith(".ts");
  // Threads run built JavaScript also when this is a test on sources: Node 20 runs no TypeScript.
  const built = onSources ? starter.replace(/^(.*)\/src\/(.*)\.ts$/, "$1/dist/$2.js") : starter;
  // Node's options are inherited, V8's too, which cannot be given. But those that lead to sources are not for what is
  // built, and `node --input-type=module -e …` has one that is for text alone.
  const inherits = !onSources && !execArgv.some((option) => option.startsWith("--input-type"));
  return {
    url: new URL(module, built),
    options: { ...(inherits ? {} : { execArgv: [] }), resourceLimits },
  };
}
