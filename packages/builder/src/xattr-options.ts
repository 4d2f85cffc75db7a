import {
  BuildError,
  type ByteString,
  type LongPrefix,
  longPrefixOf,
  MAX_LONG_PREFIXES,
  toText,
} from "@erofs/format";

/** How attributes are stored, and which ones are made up. */
export interface XattrOptions {
  /**
   * Beginnings of names ("trusted.overlay.") that are stored once; the first that matches counts. Linux reads such images
   * from 6.4 on; with fragments, or with `plainXattrPrefixes`, from 6.17 on.
   */
  readonly xattrPrefixes?: readonly ByteString[] | undefined;
  /** Keep the table of these beginnings out of the metabox. Default false. */
  readonly plainXattrPrefixes?: boolean | undefined;
  /**
   * The name of an attribute with the SHA-256 of each regular file that is not empty: Linux from 7.0 on may keep files of
   * equal digests in memory once, those of several images too. One with a namespace ("user.sha") can be seen. Replaces
   * attributes of that name. Default: none.
   */
  readonly inodeDigest?: ByteString | undefined;
}

export interface XattrSettings {
  readonly prefixes: readonly LongPrefix[];
  readonly plainPrefixes: boolean;
  /** The name of the digest, and the number of the prefix that it is. */
  readonly digest: { readonly name: ByteString; readonly prefix: number } | undefined;
}

/** A record has a byte less for the infix. */
const mostInfix = 255;

/** Throws `BuildError` EINVAL that names the option. */
export function settleXattrs(options: XattrOptions): XattrSettings {
  const { xattrPrefixes = [], plainXattrPrefixes = false, inodeDigest } = options;
  const names = [...xattrPrefixes];
  let digest: XattrSettings["digest"];
  if (inodeDigest !== undefined) {
    const known = names.indexOf(inodeDigest);
    digest = { name: inodeDigest, prefix: known < 0 ? names.push(inodeDigest) - 1 : known };
  }
  for (const name of names) {
    if (name === "" || name.includes("\0") || longPrefixOf(name).infix.length > mostInfix) {
      throw new BuildError(`xattr prefix "${toText(name)}": expected 1 to ${mostInfix} bytes without NUL`);
    }
  }
  if (names.length > MAX_LONG_PREFIXES) {
    throw new BuildError(`${names.length} xattr prefixes: expected at most ${MAX_LONG_PREFIXES}`);
  }
  return { prefixes: names.map(longPrefixOf), plainPrefixes: plainXattrPrefixes, digest };
}
