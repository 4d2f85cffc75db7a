import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const packageName = "linux-source-6.1";
const packageVersion = "6.1.192-2";
/** Inside the Debian package, and on a machine that has it installed. */
const archivePath = `usr/src/${packageName}.tar.xz`;

/**
 * Unpacks Debian's kernel source: the installed package when it is the wanted version, else downloaded.
 * `EROFS_LINUX_SOURCE` names another archive for when Debian no longer offers this version.
 *
 * @param {string} folder an empty one
 * @returns {string} what the tree is made from
 */
export function installLinuxSource(folder) {
  const given = process.env["EROFS_LINUX_SOURCE"];
  if (given) {
    run("tar", ["-xf", given, "-C", folder, "--strip-components=1"]);
    return given;
  }
  if (installedVersion() === packageVersion && existsSync(`/${archivePath}`)) {
    run("tar", ["-xf", `/${archivePath}`, "-C", folder, "--strip-components=1"]);
    return `Debian's ${packageName} ${packageVersion}`;
  }
  const download = mkdtempSync(join(tmpdir(), "erofs-linux-source-"));
  try {
    run("apt-get", ["download", `${packageName}=${packageVersion}`], download);
    const [file] = readdirSync(download);
    if (!file) throw new Error(`apt-get download left no file of ${packageName}=${packageVersion}`);
    run("dpkg-deb", ["-x", file, "."], download);
    run("tar", ["-xf", join(download, archivePath), "-C", folder, "--strip-components=1"]);
  } finally {
    rmSync(download, { recursive: true });
  }
  return `Debian's ${packageName} ${packageVersion}`;
}

function installedVersion() {
  const query = spawnSync("dpkg-query", ["-W", "-f", "${Version}", packageName], { encoding: "utf8" });
  return query.status === 0 ? query.stdout : undefined;
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} [cwd]
 */
function run(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ["ignore", 2, 2] });
  if (error) throw error;
  if (status !== 0) {
    throw new Error(
      `${command} ${args.join(" ")} ended with exit code ${status}. ` +
        `The corpus wants ${packageName} ${packageVersion}: run "apt-get update", or name an archive with EROFS_LINUX_SOURCE`,
    );
  }
}
