// The module's exports: functions on addresses of the imported memory. Nothing is allocated here; the caller
// owns all memory from heapBase() on.
export { lz4Decode, lz4DecodePartial } from "./lz4-decode";
export { lzmaDecode, lzmaDecodePartial } from "./lzma-decode";
export { deflateDecode, deflateDecodePartial } from "./deflate-decode";
export { zstdDecode, zstdDecodePartial } from "./zstd/frame";
export { compareFirstName, searchDirents } from "./dirent-search";
export { crc32c } from "./crc32c";
export { xxh32 } from "./xxh32";
export { heapBase } from "./layout";
