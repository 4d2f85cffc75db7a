import { spawnSync } from "node:child_process";
import { chmodSync, chownSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { bench, obstacle } from "./served.ts";

const NOBODY = 65534;

function has(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
}

const noUsers =
  obstacle ??
  (["fusermount3", "setpriv", "unshare"].every(has) ? undefined : "needs fusermount3, setpriv and unshare");
const noNamespaces =
  obstacle ?? (spawnSync("unshare", ["-Urm", "true"]).status === 0 ? undefined : "needs user namespaces");

/**
 * Serves on $1 by $2…, looks at it, and unmounts by what $END is: "signal", "umount" or "kill", as the user who runs this.
 * Everything is given a time in which to be done, so that nothing hangs.
 */
const session = `
DIR=$1; shift
OUT=$(mktemp)
"$@" > "$OUT" & PID=$!
tries=0
until grep -q ready "$OUT"; do tries=$((tries + 1)); [ $tries -lt 200 ] || exit 9; kill -0 $PID || exit 8; sleep 0.05; done
echo "user $(id -u)"
ls "$DIR"
grep " $DIR " /proc/self/mounts | cut -d' ' -f3
timeout -s KILL 20 head -c 3 "$DIR/large" | od -An -tu1
case $END in
  signal) kill $PID ;;
  umount) $UNMOUNT "$DIR" ;;
  kill) kill -9 $PID ;;
esac
wait $PID
echo "ended with $?"
tries=0
while grep -q " $DIR " /proc/self/mounts; do tries=$((tries + 1)); [ $tries -lt 200 ] || exit 7; sleep 0.05; done
ls "$DIR"
cat "$OUT"
rm "$OUT"
`;

const seen = ["broken", "dying", "large", "slow", "fuse", "0 7 14"];

describe.skipIf(noUsers)(`mounts by an ordinary user (${noUsers ?? "can run"})`, () => {
  const here = bench();

  /** In a mount namespace where /dev/fuse is for everyone, as it is on most systems. */
  function asNobody(
    end: string,
    options: object,
  ): { status: number | null; lines: string[]; stderr: string } {
    const directory = here.mountpoint();
    chmodSync(here.folder, 0o755);
    chownSync(directory, NOBODY, NOBODY);
    const prepare = `
      mount -t tmpfs -o dev tmpfs /mnt && mknod -m 666 /mnt/fuse c 10 229 && mount --bind /mnt/fuse /dev/fuse &&
      exec setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups sh -c "$SESSION" session "$@"
    `;
    const module = pathToFileURL(join(here.folder, "troubles.mjs")).href;
    const args = [
      directory,
      process.execPath,
      join(here.folder, "serve.mjs"),
      JSON.stringify({ directory, module, ...options }),
    ];
    const { status, stdout, stderr } = spawnSync("unshare", ["-m", "sh", "-c", prepare, "prepare", ...args], {
      env: { ...process.env, SESSION: session, END: end, UNMOUNT: "fusermount3 -u" },
      timeout: 50_000,
      killSignal: "SIGKILL",
      encoding: "utf8",
    });
    return { status, stderr, lines: wordsOf(stdout) };
  }

  test.each([
    ["signal", 0],
    ["umount", 0],
    ["kill", 137],
  ] as const)("one that ends by %s", (end, code) => {
    const { status, lines, stderr } = asNobody(end, { workers: 2 });
    expect(stderr.replace(/.*Killed.*\n/, "")).toBe("");
    expect(lines).toEqual([
      `user ${NOBODY}`,
      ...seen,
      `ended with ${code}`,
      "ready",
      ...(end === "kill" ? [] : ["ended"]),
    ]);
    expect(status).toBe(0);
  });

  test("what fusermount3 refuses is told", () => {
    const { status, stderr } = asNobody("signal", { allowOther: true });
    expect(status).toBe(8);
    expect(stderr).toContain(
      "EPERM fusermount3: option allow_other only allowed if 'user_allow_other' is set",
    );
  });
});

describe.skipIf(noNamespaces)(`mounts in a user namespace (${noNamespaces ?? "can run"})`, () => {
  const here = bench();

  test.each(["signal", "umount", "kill"])("one that ends by %s", (end) => {
    const directory = here.mountpoint();
    const module = pathToFileURL(join(here.folder, "troubles.mjs")).href;
    const program = join(here.folder, "serve.mjs");
    const options = JSON.stringify({ directory, module });
    const { status, stdout } = spawnSync(
      "unshare",
      ["-Urm", "sh", "-c", session, "session", directory, process.execPath, program, options],
      {
        env: { ...process.env, END: end, UNMOUNT: "umount" },
        timeout: 50_000,
        killSignal: "SIGKILL",
        encoding: "utf8",
      },
    );
    expect(wordsOf(stdout)).toEqual([
      "user 0",
      ...seen,
      `ended with ${end === "kill" ? 137 : 0}`,
      "ready",
      ...(end === "kill" ? [] : ["ended"]),
    ]);
    expect(status).toBe(0);
  });
});

function wordsOf(output: string): string[] {
  return output
    .trim()
    .split("\n")
    .map((line) => line.trim().replace(/ +/g, " "));
}
