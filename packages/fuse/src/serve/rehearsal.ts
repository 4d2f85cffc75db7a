import { constants } from "node:fs";
import type { Scratch } from "@erofs/linux";
import { DIRENT_SIZE } from "../protocol/directory-reply.ts";
import { Opcode } from "../protocol/opcode.ts";
import { ENTRY_SIZE, OUT_HEADER_SIZE } from "../protocol/reply.ts";
import { IN_HEADER_SIZE, type Request } from "../protocol/request.ts";
import { loadWide, storeWide } from "../protocol/wide.ts";
import type { Dispatcher } from "./dispatcher.ts";

const ROOT_NODE = 1;

/** What one step asks for, bytes: as the kernel does for small directories and files, and reading ahead. */
const LIST_SIZE = 8192;
const READ_SIZE = 8192;
const LONG_READ_SIZE = 65_536;
const PAGE = 4096;
/** Requests about files between two listings. */
const FILE_REQUESTS = 32;
/** Of each 16 of these: one by name, one for attributes, one that lists without them, one about nothing; else reads. */
const TURNS = 16;
const LOOKUP_TURN = 0;
const ATTRIBUTES_TURN = 4;
const PLAIN_LISTING_TURN = 8;
const NOTHING_TURN = 12;
const LONG_READ_TURNS: readonly number[] = [2, 10];
/**
 * Bytes of files that are read, then the same again: they may come from a slow disk, and more than a file system keeps
 * meanwhile, see `FileSystem.rehearse`.
 */
const ROUND_BYTES = 8 << 20;
/** Directories that are remembered to be listed. */
const MAX_DIRECTORIES = 4096;
/** Requests, after which V8 has compiled what they go through. */
const STEPS = 24_000;
/** Milliseconds of work, all steps together. */
const BUDGET = 2000;
/** Milliseconds of work in which every step may take long. */
const COLD = 200;
/** Milliseconds: whoever waits for a step that takes longer behind these would notice. */
const LONG_STEP = 30;

/** In `struct fuse_dirent`. */
const POSITION_OFFSET = 8;
const NAME_LENGTH_OFFSET = 16;
/** In `struct fuse_entry_out`: `attr.size`, `attr.mode`. */
const SIZE_OFFSET = 40 + 8;
const MODE_OFFSET = 40 + 60;
/** `struct fuse_read_in`, `struct fuse_interrupt_in`. */
const READ_ARGUMENTS = 40;
const INTERRUPT_ARGUMENTS = 8;

const { S_IFMT, S_IFDIR, S_IFREG } = constants;

/** The memory of a request or a reply. */
type Memory = Pick<Scratch, "bytes" | "words">;

/** A file that a listing has named. */
interface ListedFile {
  readonly node: number;
  readonly size: number;
  readonly directory: number;
  readonly name: Uint8Array;
}

/**
 * Requests that nobody made, whose replies nobody gets: listings, lookups and reads from the root on. The first tens of
 * thousands of requests run in code that V8 has not optimized or optimizes once more, at first ten times as slow as later
 * ones, and on a machine with one processor the compiler takes it from whoever waits; so a thread rehearses while nobody
 * does.
 *
 * Measured with server and client on one processor, 20,000 small files, the first reading after the mount: 1.19 s, and
 * 0.83 s rehearsed; compressed by LZ4HC 1.7 s and 1.1 s. After 8,000 steps it was 0.88 s and 1.22 s.
 */
export class Rehearsal {
  readonly #dispatcher: Dispatcher;
  readonly #request: Request;
  readonly #input: Memory;
  readonly #output: Memory;
  /** Directories to be listed, each with the position to go on from. */
  readonly #directories: { readonly node: number; readonly position: number }[] = [];
  /** What the last listing has named. */
  #files: ListedFile[] = [];
  /** Requests about files since then. */
  #sinceListing = 0;
  /** Requests about files in this round, and bytes read. */
  #requests = 0;
  #bytes = 0;
  #steps = 0;
  #spent = 0;
  #wasLong = false;

  /**
   * @param dispatcher for `request`, whose memory no other request is in
   * @param input,output the memory of the request and of its reply
   */
  constructor(dispatcher: Dispatcher, request: Request, input: Memory, output: Memory) {
    this.#dispatcher = dispatcher;
    this.#request = request;
    this.#input = input;
    this.#output = output;
  }

  get isOver(): boolean {
    return this.#steps >= STEPS || this.#spent >= BUDGET || (this.#wasLong && this.#spent >= COLD);
  }

  /** Answers one request. */
  step(): void {
    const start = performance.now();
    if (this.#bytes >= ROUND_BYTES) this.#beginRound();
    const file = this.#files[this.#sinceListing % this.#files.length];
    if (file === undefined || this.#sinceListing >= FILE_REQUESTS) this.#listNext();
    else this.#askAbout(file);
    const spent = performance.now() - start;
    this.#spent += spent;
    this.#wasLong = spent >= LONG_STEP;
    this.#steps++;
  }

  /** Somebody else's request was as good as one of these. */
  skipStep(): void {
    this.#steps++;
  }

  #beginRound(): void {
    this.#directories.length = 0;
    this.#files = [];
    this.#requests = 0;
    this.#bytes = 0;
  }

  #listNext(): void {
    const { node, position } = this.#directories.pop() ?? { node: ROOT_NODE, position: 0 };
    this.#files = [];
    this.#sinceListing = 0;
    const length = this.#askAt(Opcode.readdirplus, node, position, LIST_SIZE);
    const { words, bytes } = this.#output;
    let at = OUT_HEADER_SIZE;
    let last = position;
    while (at < length) {
      const dirent = at + ENTRY_SIZE;
      const name = dirent + DIRENT_SIZE;
      const nameEnd = name + words[(dirent + NAME_LENGTH_OFFSET) >> 2]!;
      last = loadWide(words, (dirent + POSITION_OFFSET) >> 2);
      // 0 stands for no node, "." and "..".
      const child = loadWide(words, at >> 2);
      const type = words[(at + MODE_OFFSET) >> 2]! & S_IFMT;
      const size = loadWide(words, (at + SIZE_OFFSET) >> 2);
      if (child !== 0 && type === S_IFDIR) this.#remember(child, 0);
      if (child !== 0 && type === S_IFREG && size > 0 && this.#files.length < FILE_REQUESTS) {
        // A copy, which `slice` of a Buffer is not: the next reply stands in the same place.
        const copied = new Uint8Array(bytes.subarray(name, nameEnd));
        this.#files.push({ node: child, size, directory: node, name: copied });
      }
      at = (nameEnd + 7) & ~7;
    }
    if (at > OUT_HEADER_SIZE) this.#remember(node, last);
  }

  #remember(node: number, position: number): void {
    if (this.#directories.length < MAX_DIRECTORIES) this.#directories.push({ node, position });
  }

  #askAbout(file: ListedFile): void {
    this.#sinceListing++;
    const turn = this.#requests++ % TURNS;
    if (turn === LOOKUP_TURN) this.#lookUp(file);
    else if (turn === ATTRIBUTES_TURN) this.#askAt(Opcode.getattr, file.node, 0, 0);
    else if (turn === PLAIN_LISTING_TURN) this.#askAt(Opcode.readdir, file.directory, 0, LIST_SIZE);
    // So the way to what is asked seldom is compiled too.
    else if (turn === NOTHING_TURN) this.#ask(Opcode.interrupt, file.node, INTERRUPT_ARGUMENTS);
    else this.#read(file, LONG_READ_TURNS.includes(turn) ? LONG_READ_SIZE : READ_SIZE);
  }

  #lookUp({ directory, name }: ListedFile): void {
    this.#input.bytes.set(name, IN_HEADER_SIZE);
    this.#input.bytes[IN_HEADER_SIZE + name.length] = 0;
    this.#ask(Opcode.lookup, directory, name.length + 1);
  }

  #read({ node, size }: ListedFile, wanted: number): void {
    // Where there are few files, other parts of them each time. The kernel asks for whole pages, also at the end.
    const place = (this.#requests * READ_SIZE) % size;
    const offset = place - (place % READ_SIZE);
    this.#bytes += this.#askAt(
      Opcode.read,
      node,
      offset,
      Math.min(Math.ceil((size - offset) / PAGE) * PAGE, wanted),
    );
  }

  /**
   * Arguments as the kernel writes `struct fuse_read_in`; without a place, those of GETATTR. Returns the reply's bytes, 16
   * for an error.
   */
  #askAt(opcode: number, node: number, offset: number, size: number): number {
    const { words } = this.#input;
    words.fill(0, IN_HEADER_SIZE / 4, (IN_HEADER_SIZE + READ_ARGUMENTS) / 4);
    storeWide(words, 12, offset);
    words[14] = size;
    return this.#ask(opcode, node, READ_ARGUMENTS);
  }

  /** On root's behalf. @param length bytes of the arguments, which are there @returns the reply's bytes */
  #ask(opcode: number, node: number, length: number): number {
    const { words } = this.#input;
    words.fill(0, 0, IN_HEADER_SIZE / 4);
    words[1] = opcode;
    storeWide(words, 4, node);
    this.#request.length = IN_HEADER_SIZE + length;
    return this.#dispatcher.handle();
  }
}
