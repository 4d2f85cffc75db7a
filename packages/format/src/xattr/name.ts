import type { ByteString } from "../byte-string.ts";

/** `e_name_index`: short prefixes of attribute names. */
export const XattrIndex = {
  /** No prefix: the stored name is the whole name, and Linux never shows it. */
  hidden: 0,
  user: 1,
  /** The whole name `system.posix_acl_access`. */
  aclAccess: 2,
  /** The whole name `system.posix_acl_default`. */
  aclDefault: 3,
  trusted: 4,
  security: 6,
} as const;

/** Set in `e_name_index`: the other bits number a long prefix. */
export const LONG_PREFIX_FLAG = 0x80;

const shortPrefixes: readonly (readonly [number, ByteString])[] = [
  [XattrIndex.user, "user."],
  [XattrIndex.trusted, "trusted."],
  [XattrIndex.security, "security."],
];
const ACL_ACCESS = "system.posix_acl_access";
const ACL_DEFAULT = "system.posix_acl_default";

/** A long prefix: a short one and what is appended to it. Its number is its place in the table. */
export interface LongPrefix {
  readonly baseIndex: number;
  readonly infix: ByteString;
}

/** An attribute name as entries store it. */
export interface SplitName {
  /** `e_name_index`. */
  readonly index: number;
  /** The name without the prefix. */
  readonly rest: ByteString;
}

/**
 * Splits a whole name ("user.a"), by the first long prefix that matches, else by a short one.
 * Undefined for a namespace without a prefix, which can be stored as `XattrIndex.hidden` only.
 */
export function splitName(name: ByteString, longPrefixes: readonly LongPrefix[] = []): SplitName | undefined {
  for (let i = 0; i < longPrefixes.length; i++) {
    const prefix = joinName(LONG_PREFIX_FLAG | i, "", longPrefixes);
    if (prefix !== undefined && name.startsWith(prefix)) {
      return { index: LONG_PREFIX_FLAG | i, rest: name.slice(prefix.length) };
    }
  }
  if (name === ACL_ACCESS) return { index: XattrIndex.aclAccess, rest: "" };
  if (name === ACL_DEFAULT) return { index: XattrIndex.aclDefault, rest: "" };
  for (const [index, prefix] of shortPrefixes) {
    if (name.startsWith(prefix)) return { index, rest: name.slice(prefix.length) };
  }
  return undefined;
}

/** The whole name of an entry; undefined where the index or prefix number means nothing: readers skip those. */
export function joinName(
  index: number,
  rest: ByteString,
  longPrefixes: readonly LongPrefix[] = [],
): ByteString | undefined {
  if ((index & LONG_PREFIX_FLAG) !== 0) {
    const prefix = longPrefixes[index & ~LONG_PREFIX_FLAG];
    if (prefix === undefined || (prefix.baseIndex & LONG_PREFIX_FLAG) !== 0) return undefined;
    return joinName(prefix.baseIndex, prefix.infix + rest);
  }
  switch (index) {
    case XattrIndex.hidden:
      return rest;
    case XattrIndex.aclAccess:
      return ACL_ACCESS + rest;
    case XattrIndex.aclDefault:
      return ACL_DEFAULT + rest;
    default: {
      const prefix = shortPrefixes.find(([short]) => short === index)?.[1];
      return prefix === undefined ? undefined : prefix + rest;
    }
  }
}

/** Whether an entry is one that Linux never lists or finds, being without a short prefix. */
export function isHidden(index: number, longPrefixes: readonly LongPrefix[] = []): boolean {
  if ((index & LONG_PREFIX_FLAG) === 0) return index === XattrIndex.hidden;
  return longPrefixes[index & ~LONG_PREFIX_FLAG]?.baseIndex === XattrIndex.hidden;
}

/** The long prefix that stands for the beginning of names, such as "trusted.overlay.". */
export function longPrefixOf(beginning: ByteString): LongPrefix {
  for (const [index, prefix] of shortPrefixes) {
    if (beginning.startsWith(prefix)) return { baseIndex: index, infix: beginning.slice(prefix.length) };
  }
  return { baseIndex: XattrIndex.hidden, infix: beginning };
}
