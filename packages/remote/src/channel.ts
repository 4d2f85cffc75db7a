import { ErofsError } from "@erofs/format";

/** Words of a channel before its bytes. */
const ASKED = 0;
const ANSWERED = 1;
const OFFSET_LOW = 2;
const OFFSET_HIGH = 3;
const LENGTH = 4;
const STATUS = 5;
/** Block that a thread met the mark of, plus 1; 0 for none. */
const MARK_LOW = 6;
const MARK_HIGH = 7;
/** 1 while a thread has the channel. */
const TAKEN = 8;
const HEADER_BYTES = 64;

/** Bytes of an answer at most. */
export const CHANNEL_BYTES = 1 << 18;

/** Threads that may read at the same time. */
const CHANNEL_COUNT = 64;

const HALF = 0x1_0000_0000;
/** Statuses: the bytes follow, or an error's code and message. */
const OK = 0;
const FAILED = 1;

/** Milliseconds between two looks at whether anybody is there to answer. */
const WATCH_MS = 500;

/** What the thread that fetches and those that wait for it share, besides their channels. */
export class Bell {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory = new SharedArrayBuffer(8)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  ring(): void {
    Atomics.add(this.#words, 0, 1);
    Atomics.notify(this.#words, 0);
  }

  /** How often it rang. */
  count(): number {
    return Atomics.load(this.#words, 0);
  }

  /** Resolves when it has rung more than `count` times. */
  async next(count: number): Promise<void> {
    const waiting = Atomics.waitAsync(this.#words, 0, count);
    if (waiting.async) await waiting.value;
  }

  /** Says that nobody answers any more. */
  silence(): void {
    Atomics.store(this.#words, 1, 1);
  }

  get isSilent(): boolean {
    return Atomics.load(this.#words, 1) !== 0;
  }
}

/** Memory for all channels of a thread that fetches; what nobody uses costs nothing. */
export function channelMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(CHANNEL_COUNT * (HEADER_BYTES + CHANNEL_BYTES));
}

/** The channels in a memory, for the thread that fetches. */
export function channelsIn(memory: SharedArrayBuffer): Channel[] {
  return Array.from({ length: CHANNEL_COUNT }, (_, index) => new Channel(memory, index));
}

/** A channel that no other thread has, until it is released. @throws ErofsError EMFILE */
export function claimChannel(memory: SharedArrayBuffer): Channel {
  const free = channelsIn(memory).find((channel) => channel.tryClaim());
  if (free === undefined) throw new ErofsError("EMFILE", `${CHANNEL_COUNT} threads read it already`);
  return free;
}

/** One thread's questions to the thread that fetches: one at a time, numbered, so that a late answer is known as such. */
export class Channel {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  /** The last question that the thread which fetches has seen. */
  #seen: number;

  constructor(memory: SharedArrayBuffer, index: number) {
    const start = index * (HEADER_BYTES + CHANNEL_BYTES);
    this.#words = new Int32Array(memory, start, HEADER_BYTES / 4);
    this.#bytes = new Uint8Array(memory, start + HEADER_BYTES, CHANNEL_BYTES);
    this.#seen = Atomics.load(this.#words, ANSWERED);
  }

  tryClaim(): boolean {
    return Atomics.compareExchange(this.#words, TAKEN, 0, 1) === 0;
  }

  release(): void {
    Atomics.store(this.#words, TAKEN, 0);
  }

  /**
   * Asks for bytes and waits for them, at most `CHANNEL_BYTES`.
   * @param timeout milliseconds
   * @throws ErofsError what the other thread answers; EIO when it does not
   */
  ask(bell: Bell, offset: number, target: Uint8Array, timeout: number): void {
    const words = this.#words;
    const number = (Atomics.load(words, ASKED) + 1) | 0;
    words[OFFSET_LOW] = (offset % HALF) | 0;
    words[OFFSET_HIGH] = Math.floor(offset / HALF);
    words[LENGTH] = target.length;
    Atomics.store(words, ASKED, number);
    bell.ring();
    const deadline = performance.now() + timeout;
    for (;;) {
      const answered = Atomics.load(words, ANSWERED);
      if (answered === number) break;
      if (bell.isSilent) throw new ErofsError("EIO", "the thread that fetches is gone", { offset });
      const left = deadline - performance.now();
      if (left <= 0) throw new ErofsError("EIO", `no answer within ${timeout / 1000} s`, { offset });
      Atomics.wait(words, ANSWERED, answered, Math.min(left, WATCH_MS));
    }
    const length = words[LENGTH]!;
    if (words[STATUS] === OK) target.set(this.#bytes.subarray(0, length));
    else {
      const [code = "EIO", ...message] = Buffer.from(this.#bytes.subarray(0, length)).toString().split(" ");
      throw new ErofsError(code, message.join(" "), { offset });
    }
  }

  /** Tells that a mark was met, without waiting. A later one takes its place. */
  tellMark(bell: Bell, block: number): void {
    this.#words[MARK_HIGH] = Math.floor((block + 1) / HALF);
    Atomics.store(this.#words, MARK_LOW, ((block + 1) % HALF) | 0);
    bell.ring();
  }

  /** For the thread that fetches: the next question, if there is one. */
  takeQuestion(): { readonly number: number; readonly offset: number; readonly length: number } | undefined {
    const words = this.#words;
    const number = Atomics.load(words, ASKED);
    if (number === this.#seen) return undefined;
    this.#seen = number;
    const offset = (words[OFFSET_HIGH]! >>> 0) * HALF + (words[OFFSET_LOW]! >>> 0);
    return { number, offset, length: words[LENGTH]! };
  }

  /** For the thread that fetches: the block whose mark was met last, if any. */
  takeMark(): number | undefined {
    const low = Atomics.exchange(this.#words, MARK_LOW, 0) >>> 0;
    const block = (this.#words[MARK_HIGH]! >>> 0) * HALF + low - 1;
    return low === 0 ? undefined : block;
  }

  /** Answers a question, unless nobody waits for that any more. */
  answer(number: number, bytes: Uint8Array): void {
    this.#put(number, OK, bytes);
  }

  answerError(number: number, code: string, message: string): void {
    this.#put(number, FAILED, Buffer.from(`${code} ${message}`).subarray(0, CHANNEL_BYTES));
  }

  #put(number: number, status: number, bytes: Uint8Array): void {
    const words = this.#words;
    if (Atomics.load(words, ASKED) !== number) return;
    this.#bytes.set(bytes);
    words[STATUS] = status;
    words[LENGTH] = bytes.length;
    Atomics.store(words, ANSWERED, number);
    Atomics.notify(words, ANSWERED);
  }
}
