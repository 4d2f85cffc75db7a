import { UsageError } from "../failure.ts";

/** What a build makes of times; all in seconds since 1970. */
export interface TimeSettings {
  /** Modification time of every inode. */
  readonly fixedTime: number | undefined;
  /** Later modification times become this one. */
  readonly clampTime: number | undefined;
  /** The superblock's build time; undefined leaves it to the builder. */
  readonly buildTime: number | undefined;
}

/**
 * Options win over `SOURCE_DATE_EPOCH` (https://reproducible-builds.org/specs/source-date-epoch/), which sets the
 * build time and is the latest time that an inode may have.
 * @throws UsageError when the variable is not a number
 */
export function timeSettings(
  options: { readonly fixedTime?: number; readonly buildTime?: number },
  environment: string | undefined,
): TimeSettings {
  const { fixedTime } = options;
  let epoch: number | undefined;
  if (environment !== undefined && environment !== "") {
    epoch = /^\d{1,15}$/.test(environment) ? Number(environment) : undefined;
    if (epoch === undefined) {
      throw new UsageError(`SOURCE_DATE_EPOCH is '${environment}', expected seconds since 1970`);
    }
  }
  return {
    fixedTime,
    clampTime: fixedTime === undefined ? epoch : undefined,
    buildTime: options.buildTime ?? fixedTime ?? epoch,
  };
}
