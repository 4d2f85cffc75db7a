import { interruptibleThread, interruptThread } from "@erofs/linux";

/** Of a thread: it has not begun to serve. Other states are `GONE` and, while it serves, its id. */
const ABSENT = 0;
const GONE = -1;

/**
 * Shared memory by which threads that serve are told to stop. They wait in read(2) on the device, out of which nothing gets
 * a thread but a signal; and a thread that cannot be ended keeps its process from ending, for ever. (Waiting in epoll would
 * do too, and costs a tenth more for each request.)
 */
export class StopBoard {
  readonly memory: SharedArrayBuffer;
  /** First whether to stop, then a state for each thread. */
  readonly #cells: Int32Array;

  /** @param memory of another thread's board, or undefined for a new one of `threads` */
  constructor(threads: number, memory = new SharedArrayBuffer(4 * (1 + threads))) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  /** Called by a thread before it serves. */
  enter(thread: number): void {
    Atomics.store(this.#cells, 1 + thread, interruptibleThread());
  }

  /** Called by it when it does not any more. */
  leave(thread: number): void {
    Atomics.store(this.#cells, 1 + thread, GONE);
  }

  /** Whether threads are to stop. Asked with each request, and `Atomics.load` is a call: who misses it is interrupted. */
  get isStopped(): boolean {
    return this.#cells[0] !== 0;
  }

  /** Tells all to stop. Those that are about to wait miss the word: `interrupt` tells them. */
  stop(): void {
    Atomics.store(this.#cells, 0, 1);
  }

  /** Interrupts those that still serve. Returns how many. */
  interrupt(): number {
    let serving = 0;
    for (let i = 1; i < this.#cells.length; i++) {
      const thread = Atomics.load(this.#cells, i);
      if (thread === ABSENT || thread === GONE) continue;
      serving++;
      interruptThread(thread);
    }
    return serving;
  }

  /** Interrupts until none serves, or for so many milliseconds, and lets this thread do nothing else. */
  interruptAll(patience: number): void {
    const end = performance.now() + patience;
    // The first cell is not what it is compared with: this is a pause of a millisecond.
    while (this.interrupt() > 0 && performance.now() < end) Atomics.wait(this.#cells, 0, 1, 1);
  }
}
