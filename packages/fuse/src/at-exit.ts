const actions = new Set<() => void>();

function runAll(): void {
  for (const action of actions) action();
}

/** Has `action` called when the process exits, until what comes back is called. */
export function atExit(action: () => void): () => void {
  if (actions.size === 0) process.on("exit", runAll);
  actions.add(action);
  return () => {
    actions.delete(action);
    if (actions.size === 0) process.off("exit", runAll);
  };
}
