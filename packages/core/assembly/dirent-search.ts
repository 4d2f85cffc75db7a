// Name search in one directory block: an array of 12-byte dirents (struct erofs_dirent), sorted by name,
// then the names. Every comparison says how many leading bytes it found equal; all names between two probes
// share what both of them share with the target, so the next comparison starts behind that
// (as fs/erofs/namei.c does). A block that is not sorted could make that skip hide a difference: the name
// that is found is compared from its first byte.

import { isInMemory } from "./layout";

const NOT_FOUND = -1;
const DAMAGED = -2;

const DIRENT_SIZE: usize = 12;
/** Byte offset of `nameoff` (u16) in a dirent. */
const NAME_OFFSET: usize = 8;
const MAX_NAME: usize = 255;
/** Directory blocks have at most 64 KiB. */
const MAX_BLOCK: usize = 65536;

// The last candidate that nameAt() found.
let candidate: usize = 0;
let candidateLen: usize = 0;
// Bytes that the last comparison found equal, the skipped ones included.
let common: usize = 0;

/** Index of the dirent of that name, NOT_FOUND, or DAMAGED. Looks at no more than the dirents it probes. */
export function searchDirents(block: usize, blockLen: usize, name: usize, nameLen: usize): i32 {
  const count = direntCount(block, blockLen);
  if (count == 0 || !isInMemory(name, nameLen)) return DAMAGED;
  let low: usize = 0;
  let high = count;
  let lowCommon: usize = 0;
  let highCommon: usize = 0;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (!nameAt(block, blockLen, count, middle)) return DAMAGED;
    const order = compareFrom(name, nameLen, min(lowCommon, highCommon));
    if (order == 0) return compareFrom(name, nameLen, 0) == 0 ? <i32>middle : DAMAGED;
    if (order > 0) {
      low = middle + 1;
      lowCommon = common;
    } else {
      high = middle;
      highCommon = common;
    }
  }
  return NOT_FOUND;
}

/**
 * Where a name sorts relative to the first name of a block: 0 equal, 1 + n behind it, -1 - n before it,
 * where n is the number of leading bytes they share; i32.MIN_VALUE for a damaged block. The first `skip`
 * bytes are taken as equal, as between two blocks whose first names share that many bytes with the target.
 */
export function compareFirstName(block: usize, blockLen: usize, name: usize, nameLen: usize, skip: usize): i32 {
  const count = direntCount(block, blockLen);
  if (count == 0 || !isInMemory(name, nameLen) || !nameAt(block, blockLen, count, 0)) return i32.MIN_VALUE;
  const order = compareFrom(name, nameLen, min(skip, nameLen));
  if (order == 0) return compareFrom(name, nameLen, 0) == 0 ? 0 : i32.MIN_VALUE;
  return order > 0 ? 1 + <i32>common : -1 - <i32>common;
}

/** Number of dirents, 0 for a block that cannot hold what its first dirent says. */
function direntCount(block: usize, blockLen: usize): usize {
  if (blockLen <= DIRENT_SIZE || blockLen > MAX_BLOCK || !isInMemory(block, blockLen)) return 0;
  const namesStart = <usize>load<u16>(block, NAME_OFFSET);
  return namesStart < blockLen && namesStart % DIRENT_SIZE == 0 ? namesStart / DIRENT_SIZE : 0;
}

/** Finds a dirent's name; false when it lies outside the names of the block or is not 1..255 bytes long. */
function nameAt(block: usize, blockLen: usize, count: usize, index: usize): bool {
  const dirent = block + index * DIRENT_SIZE;
  const start = <usize>load<u16>(dirent, NAME_OFFSET);
  if (start < count * DIRENT_SIZE || start >= blockLen) return false;
  candidate = block + start;
  if (index + 1 < count) {
    const end = <usize>load<u16>(dirent, DIRENT_SIZE + NAME_OFFSET);
    if (end > blockLen) return false;
    candidateLen = end - start;
  } else {
    // The last name runs to the first NUL or the block's end.
    const limit = min(blockLen - start, MAX_NAME + 1);
    let length: usize = 0;
    while (length < limit && load<u8>(candidate + length) != 0) length++;
    candidateLen = length;
  }
  // An end before its start wraps.
  return candidateLen - 1 < MAX_NAME;
}

/** Order of the target relative to the candidate, from byte `skip` on; sets `common`. */
function compareFrom(name: usize, nameLen: usize, skip: usize): i32 {
  const shorter = min(nameLen, candidateLen);
  let i = skip;
  while (i + 8 <= shorter) {
    const difference = load<u64>(name + i) ^ load<u64>(candidate + i);
    if (difference != 0) {
      i += <usize>(ctz(difference) >> 3);
      common = i;
      return <i32>load<u8>(name + i) - <i32>load<u8>(candidate + i);
    }
    i += 8;
  }
  for (; i < shorter; i++) {
    const order = <i32>load<u8>(name + i) - <i32>load<u8>(candidate + i);
    if (order != 0) {
      common = i;
      return order;
    }
  }
  common = shorter;
  return <i32>nameLen - <i32>candidateLen;
}
