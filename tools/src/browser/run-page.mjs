// Bundles the page for browsers and has headless Chromium run it.
import { spawn, spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const chromium = process.env["EROFS_CHROMIUM"] ?? "chromium";
const timeLimit = 60_000;

/** Without a screen, and without the services that want to reach the internet. */
const quietly = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-sync",
  "--disable-background-networking",
  "--disable-component-update",
];

/** Why there is no browser here; undefined when there is one. */
export function browserObstacle() {
  const { status } = spawnSync(chromium, ["--version"]);
  return status === 0 ? undefined : `${chromium} is not installed (EROFS_CHROMIUM names another)`;
}

/**
 * The page as one script. A Node module anywhere in what it imports is an error.
 *
 * @returns {Promise<string>}
 */
export async function bundlePage() {
  const bundle = await rolldown({
    input: fileURLToPath(new URL("page.mjs", import.meta.url)),
    platform: "browser",
    resolve: { conditionNames: ["@erofs/source", "import", "default"] },
    onLog: (_level, { message }) => {
      throw new Error(message);
    },
  });
  try {
    const { output } = await bundle.generate({ format: "esm" });
    const [{ code }] = output;
    return code;
  } finally {
    await bundle.close();
  }
}

/**
 * @param {string} script
 * @returns {Promise<Record<string, string>>} what the page answered
 */
export async function runPage(script) {
  const profile = mkdtempSync(join(tmpdir(), "erofs-browser-"));
  /** Emits the answer, or an error in place of it. */
  const page = new EventEmitter();
  const answered = once(page, "answer");
  const server = createServer(async (request, response) => {
    if (request.method !== "POST") {
      const isScript = request.url === "/page.js";
      response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>');
      return;
    }
    const parts = [];
    for await (const part of request) parts.push(part);
    response.end();
    page.emit("answer", Buffer.concat(parts).toString());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const browser = spawn(chromium, [...quietly, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`], {
    stdio: "ignore",
    // Its children write to the profile after it is gone: all are ended together, as a group.
    detached: true,
  });
  browser.on("error", (error) => page.emit("error", error));
  browser.on("exit", (code) =>
    page.emit("error", new Error(`${chromium} ended with ${code} before the page answered`)),
  );
  const timer = setTimeout(
    () => page.emit("error", new Error(`the page did not answer in ${timeLimit} ms`)),
    timeLimit,
  );
  try {
    const [answer] = await answered;
    return JSON.parse(answer);
  } finally {
    clearTimeout(timer);
    server.close();
    server.closeAllConnections();
    browser.removeAllListeners("exit");
    if (browser.exitCode === null && browser.signalCode === null && browser.pid !== undefined) {
      process.kill(-browser.pid, "SIGKILL");
      await once(browser, "exit");
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
