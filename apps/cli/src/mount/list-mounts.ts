import { toJson } from "../terminal/json.ts";
import { nameForJson, quoteName } from "../terminal/quote.ts";
import { formatTable } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { readRecord } from "./daemon-record.ts";
import { type ErofsMount, erofsMounts } from "./mount-table.ts";
import { type MountState, mountStates } from "./mount-state.ts";

interface ListedMount extends ErofsMount {
  readonly state: MountState;
  /** Of the process that serves it, where that is known. */
  readonly pid: number | undefined;
}

/** Mounts by FUSE have a server that may not answer; the kernel always does. */
async function lookAt(mounts: readonly ErofsMount[]): Promise<ListedMount[]> {
  const served = mounts.filter(({ by }) => by === "fuse");
  const states = await mountStates(served.map(({ target }) => target));
  return mounts.map((mount) => {
    if (mount.by === "kernel") return { ...mount, state: "ok", pid: undefined };
    return { ...mount, state: states[served.indexOf(mount)]!, pid: readRecord(mount)?.pid };
  });
}

const stateWords: Readonly<Record<MountState, string>> = {
  ok: "",
  dead: "dead: its server is gone",
  silent: "its server does not answer",
};

/** Prints what is mounted: a line each, or JSON. */
export async function listMounts(terminal: Terminal, json: boolean): Promise<void> {
  const mounts = await lookAt(erofsMounts());
  if (json) {
    const described = mounts.map(({ image, target, by, options, state, pid }) => ({
      ...nameForJson("image", image),
      ...nameForJson("directory", target),
      by,
      state,
      ...(pid === undefined ? {} : { pid }),
      options,
    }));
    await terminal.line(toJson(described, 2));
    return;
  }
  const rows = mounts.map(({ image, target, by, state, pid }) => {
    const server = by === "kernel" || pid === undefined ? by : `${by}, process ${pid}`;
    return [quoteName(image), quoteName(target), server, stateWords[state]];
  });
  for (const line of formatTable(rows, ["left", "left", "left", "left"])) await terminal.line(line);
}
