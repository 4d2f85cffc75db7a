import { MountFlag } from "@erofs/linux";

/** How a mount looks and who may use it. Every mount is read-only. */
export interface MountSettings {
  /** What the table of mounts gives as the source; default "fuse". */
  readonly source?: string | undefined;
  /** Behind "fuse." in the table of mounts, as its type. */
  readonly subtype?: string | undefined;
  /** Whether others than the user who mounts have access. An ordinary user needs `user_allow_other` in /etc/fuse.conf. */
  readonly allowOther?: boolean | undefined;
  /**
   * Whether the kernel checks access by modes, owners and POSIX ACLs; default: when others have access. Without, who has
   * access to the mount may read all that is in it.
   */
  readonly checkPermissions?: boolean | undefined;
  /** Whether set-user-ID bits and file capabilities work, and device nodes; default false. Privileged mounts only. */
  readonly suid?: boolean | undefined;
  readonly dev?: boolean | undefined;
  /** Whether programs can be run, default true. */
  readonly exec?: boolean | undefined;
}

export function checksPermissions({
  allowOther = false,
  checkPermissions = allowOther,
}: MountSettings): boolean {
  return checkPermissions;
}

/** For mount(2). */
export function mountFlags({ suid = false, dev = false, exec = true }: MountSettings): number {
  return (
    MountFlag.readOnly |
    (suid ? 0 : MountFlag.noSuid) |
    (dev ? 0 : MountFlag.noDev) |
    (exec ? 0 : MountFlag.noExec)
  );
}

/** FUSE's own options for mount(2). @param device an open descriptor of /dev/fuse */
export function mountData(settings: MountSettings, device: number, uid: number, gid: number): string {
  return [
    `fd=${device}`,
    "rootmode=40000",
    `user_id=${uid}`,
    `group_id=${gid}`,
    ...(settings.allowOther ? ["allow_other"] : []),
    ...(checksPermissions(settings) ? ["default_permissions"] : []),
  ].join(",");
}

/** For `fusermount3 -o`, which lets ordinary users have neither set-user-ID programs nor devices anyhow. */
export function fusermountOptions(settings: MountSettings): string {
  return [
    "ro",
    "nosuid",
    "nodev",
    ...((settings.exec ?? true) ? [] : ["noexec"]),
    `fsname=${escapeOption(settings.source ?? "fuse")}`,
    ...(settings.subtype === undefined ? [] : [`subtype=${escapeOption(settings.subtype)}`]),
    ...(settings.allowOther ? ["allow_other"] : []),
    ...(checksPermissions(settings) ? ["default_permissions"] : []),
  ].join(",");
}

function escapeOption(text: string): string {
  return text.replace(/[\\,]/g, "\\$&");
}
