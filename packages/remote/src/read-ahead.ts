/** Blocks, the last one not included. */
export interface BlockRange {
  readonly from: number;
  readonly to: number;
}

/** Blocks to fetch before they are asked for. */
export interface AheadRange extends BlockRange {
  /** The one to be marked: once it is read, it is time to call `note` again, so that the next ones come in time. */
  readonly mark: number;
}

/** Somebody who reads one block after the other. */
interface Stream {
  /** Where the blocks of the last asking ended. */
  next: number;
  /** Where what was fetched ahead ends. */
  end: number;
  /** Blocks to fetch ahead; 0 before it has proved to be a stream. */
  window: number;
}

/** Streams that are told apart; the one that was quiet for longest is forgotten. */
const MAX_STREAMS = 16;
const FIRST_WINDOW = 4;

/** Notices sequential reading, and says what to fetch before it is asked for. */
export class ReadAhead {
  readonly #maxWindow: number;
  /** The latest one first. */
  readonly #streams: Stream[] = [];

  /** @param maxWindow blocks to fetch ahead at most; 0 for none */
  constructor(maxWindow: number) {
    this.#maxWindow = maxWindow;
  }

  /** Takes note that blocks were asked for, and gives those that should follow. */
  note({ from, to }: BlockRange): AheadRange | undefined {
    const index = this.#streams.findIndex(({ next, end }) => from >= next - 1 && from <= end);
    if (index < 0) {
      this.#streams.unshift({ next: to, end: to, window: 0 });
      this.#streams.length = Math.min(this.#streams.length, MAX_STREAMS);
      return undefined;
    }
    const [stream] = this.#streams.splice(index, 1) as [Stream];
    this.#streams.unshift(stream);
    stream.next = Math.max(stream.next, to);
    // Little by little would be many requests.
    if (stream.end - to > stream.window / 2) return undefined;
    stream.window = Math.min(Math.max(stream.window * 2, FIRST_WINDOW), this.#maxWindow);
    const start = Math.max(stream.end, to);
    stream.end = Math.max(stream.end, to + stream.window);
    if (stream.end === start) return undefined;
    return { from: start, to: stream.end, mark: start + ((stream.end - start) >> 1) };
  }
}
