import { Opcode } from "../protocol/opcode.ts";
import { ENTRY_SIZE, OUT_HEADER_SIZE } from "../protocol/reply.ts";
import { IN_HEADER_SIZE, type Request } from "../protocol/request.ts";
import { loadWide, storeWide } from "../protocol/wide.ts";
import type { Dispatcher } from "./dispatcher.ts";

const ROOT_NODE = 1;

/** What one step asks for, bytes: as the kernel does for small directories and files. */
const LIST_SIZE = 8192;
const READ_SIZE = 8192;
/** Bytes of files that are read in all: they may come from a slow disk, and what is decoded is kept. */
const MAX_BYTES = 20 << 20;
const PAGE = 4096;
/** Files that are read between two listings. */
const READS = 32;
/** Directories that are remembered to be listed. */
const MAX_DIRECTORIES = 4096;
/** Requests, after which V8 has compiled what they go through. */
const STEPS = 8000;
/** Milliseconds of work, all steps together. */
const BUDGET = 2000;
/** Milliseconds of work in which every step may take long. */
const COLD = 200;
/** Milliseconds: whoever waits for a step that takes longer behind these would notice. */
const LONG_STEP = 30;

/** `struct fuse_dirent`: where the name begins, where its length stands. */
const NAME_OFFSET = 24;
const NAME_LENGTH_OFFSET = 16;
const POSITION_OFFSET = 8;
/** In `struct fuse_entry_out`: `attr.size`, `attr.mode`. */
const SIZE_OFFSET = 40 + 8;
const MODE_OFFSET = 40 + 60;

const TYPE_MASK = 0o170000;
const DIRECTORY = 0o040000;
const REGULAR = 0o100000;

/**
 * Requests that nobody made, whose replies nobody gets: listings and reads from the root on. The first thousands of
 * requests run in code that V8 has not optimized, ten times as slow as later ones, and on a machine with one processor
 * the compiler takes it from whoever waits; so a thread rehearses while nobody does.
 *
 * Measured with server and client on one processor, 20,000 small files, the first reading after the mount: 1.73 s, and
 * 1.25 s rehearsed; compressed by LZ4HC 3.0 s and 2.0 s. After 20,000 steps it was 0.97 s and 1.7 s.
 */
export class Rehearsal {
  readonly #dispatcher: Dispatcher;
  readonly #request: Request;
  readonly #words: Uint32Array;
  readonly #replyWords: Uint32Array;
  /** Directories to be listed, each with the position to go on from. */
  readonly #directories: { readonly node: number; readonly position: number }[] = [];
  readonly #files: { readonly node: number; readonly size: number }[] = [];
  /** Where the next file to be read stands. */
  #next = 0;
  #steps = 0;
  #bytes = 0;
  #spent = 0;

  /**
   * @param dispatcher for `request`, whose memory no other request is in
   * @param words,replyWords the memory of the request and of its reply
   */
  constructor(dispatcher: Dispatcher, request: Request, words: Uint32Array, replyWords: Uint32Array) {
    this.#dispatcher = dispatcher;
    this.#request = request;
    this.#words = words;
    this.#replyWords = replyWords;
  }

  /** Answers one request. Returns whether there is more to do. */
  step(): boolean {
    const start = performance.now();
    const file = this.#files[this.#next];
    if (file === undefined) this.#listNext();
    else this.#readNext(file);
    const spent = performance.now() - start;
    this.#spent += spent;
    this.#steps++;
    if (this.#steps >= STEPS || this.#bytes >= MAX_BYTES) return false;
    return this.#spent < BUDGET && (spent < LONG_STEP || this.#spent < COLD);
  }

  #listNext(): void {
    const { node, position } = this.#directories.pop() ?? { node: ROOT_NODE, position: 0 };
    this.#files.length = 0;
    this.#next = 0;
    const length = this.#ask(Opcode.readdirplus, node, position, LIST_SIZE);
    const words = this.#replyWords;
    let at = OUT_HEADER_SIZE;
    let last = position;
    while (at < length) {
      const dirent = at + ENTRY_SIZE;
      const nameLength = words[(dirent + NAME_LENGTH_OFFSET) >> 2]!;
      const mode = words[(at + MODE_OFFSET) >> 2]!;
      last = loadWide(words, (dirent + POSITION_OFFSET) >> 2);
      this.#note(loadWide(words, at >> 2), mode, loadWide(words, (at + SIZE_OFFSET) >> 2));
      at = (dirent + NAME_OFFSET + nameLength + 7) & ~7;
    }
    if (at > OUT_HEADER_SIZE) this.#remember(node, last);
  }

  /** What an entry leads to; 0 stands for none, "." and "..". */
  #note(node: number, mode: number, size: number): void {
    const type = mode & TYPE_MASK;
    if (node === 0) return;
    if (type === DIRECTORY) this.#remember(node, 0);
    else if (type === REGULAR && size > 0 && this.#files.length < READS) {
      this.#files.push({ node, size });
    }
  }

  #remember(node: number, position: number): void {
    if (this.#directories.length < MAX_DIRECTORIES) this.#directories.push({ node, position });
  }

  #readNext({ node, size }: { readonly node: number; readonly size: number }): void {
    this.#next++;
    // Where there are few files, other parts of them each time. The kernel asks for whole pages, also at the end.
    const place = (this.#steps * READ_SIZE) % size;
    const offset = place - (place % READ_SIZE);
    this.#bytes += this.#ask(
      Opcode.read,
      node,
      offset,
      Math.min(Math.ceil((size - offset) / PAGE) * PAGE, READ_SIZE),
    );
  }

  /** As the kernel writes `struct fuse_read_in`, on root's behalf. Returns the reply's bytes, 16 for an error. */
  #ask(opcode: number, node: number, offset: number, size: number): number {
    const words = this.#words;
    words.fill(0, 0, (IN_HEADER_SIZE + 40) / 4);
    words[1] = opcode;
    storeWide(words, 4, node);
    storeWide(words, 12, offset);
    words[14] = size;
    this.#request.length = IN_HEADER_SIZE + 40;
    return this.#dispatcher.handle();
  }
}
