import { lstatSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { type ByteString, PathError, failureReason, fromBytes, fromText, toText } from "@erofs/format";
import { available, listXattrs, pathArgument } from "@erofs/linux";
import type { ExtractOptions } from "./options.ts";
import type { WriteSettings } from "./settings.ts";

/**
 * Makes or checks the directory to extract into, and finds out what new files in it come with.
 * @throws PathError ENOTEMPTY, ENOTDIR, or what making it fails with
 */
export function prepareTarget(options: ExtractOptions): WriteSettings {
  const given = typeof options.target === "string" ? fromText(options.target) : fromBytes(options.target);
  if (given === "") throw new PathError("ENOENT", "the target is an empty path", { path: "" });
  const target = given.replace(/\/+$/, "");
  const overwrite = options.overwrite ?? false;
  makeTarget(target, overwrite);
  const uid = process.geteuid?.() ?? 0;
  const gid = process.getegid?.() ?? 0;
  const predictable = !overwrite && isPlain(target, gid);
  return {
    target,
    owners: options.owners ?? (process.platform !== "win32" && uid === 0),
    xattrs: (options.xattrs ?? true) && available(),
    overwrite,
    newUid: predictable ? uid : -1,
    newGid: predictable ? gid : -1,
    umask: predictable ? process.umask() : 0o777,
  };
}

function makeTarget(target: ByteString, overwrite: boolean): void {
  const path = pathArgument(target === "" ? "/" : target);
  const text = toText(target === "" ? "/" : target);
  try {
    mkdirSync(path, { recursive: true });
    if (!statSync(path).isDirectory())
      throw new PathError("ENOTDIR", `${text} is not a directory`, { path: text });
    if (!overwrite && readdirSync(path).length > 0) {
      throw new PathError("ENOTEMPTY", `the target ${text} is not empty`, { path: text });
    }
  } catch (error) {
    const failure = failureReason(error);
    if (failure === undefined) throw error;
    // Of mkdir on a path that is something else.
    const code = failure.code === "EEXIST" ? "ENOTDIR" : failure.code;
    const reason = failure.code === "EEXIST" ? "not a directory" : failure.reason;
    throw new PathError(code, `cannot make the target ${text}: ${reason} (${code})`, {
      path: text,
      cause: error,
    });
  }
}

/** Whether new files in a directory get this process's group and umask: no default ACL, no inherited group. */
function isPlain(target: ByteString, gid: number): boolean {
  const { gid: found } = lstatSync(pathArgument(`${target}/.`));
  if (found !== gid) return false;
  return (
    !available() || !listXattrs(`${target}/.`, false)?.some(({ name }) => name === "system.posix_acl_default")
  );
}
