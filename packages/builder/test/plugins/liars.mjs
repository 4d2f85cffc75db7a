/** Compressors that break their contract, each in one way. What they make is no LZ4. */

/** @typedef {import("@erofs/compressor").Compressor} Compressor */

/**
 * @param {string} name
 * @param {Compressor["createEncoder"]} createEncoder
 * @returns {Compressor}
 */
const plugin = (name, createEncoder) => ({
  name,
  module: import.meta.url,
  algorithm: 0,
  config: () => new Uint8Array(14),
  createEncoder,
});

/**
 * A plugin of which one encode gives the result of `answer`.
 * @param {string} name
 * @param {(input: Uint8Array, output: Uint8Array) => any} answer
 */
const answering = (name, answer) => plugin(name, () => ({ encode: answer }));

export const nan = answering("nan", () => ({ consumed: Number.NaN, produced: 5 }));
export const fraction = answering("fraction", () => ({ consumed: 5000, produced: 4.5 }));
export const negative = answering("negative", () => ({ consumed: -1, produced: 5 }));
export const greedy = answering("greedy", (input) => ({ consumed: input.length + 1, produced: 5 }));
export const overfull = answering("overfull", (_, output) => ({
  consumed: 5000,
  produced: output.length + 1,
}));
export const text = answering("text", () => ({ consumed: "5000", produced: 5 }));
export const nothing = answering("nothing", () => undefined);
export const promise = answering("promise", async () => ({ consumed: 5000, produced: 5 }));
export const idle = answering("idle", () => ({ consumed: 0, produced: 5 }));
export const zero = answering("zero", (_, output) => {
  output.fill(0);
  return { consumed: 5000, produced: 5 };
});
export const throwing = answering("throwing", () => {
  throw new Error("out of ideas");
});
export const blurting = answering("blurting", () => {
  throw "just text";
});
export const nasty = answering("nasty", () => {
  throw {
    toString() {
      throw new Error("not even that");
    },
  };
});
export const trap = answering("trap", () => ({
  get consumed() {
    throw new Error("a trap");
  },
  produced: 5,
}));
export const hungry = answering("hungry", () => new ArrayBuffer(2 ** 50));

export const empty = plugin("empty", () => /** @type {any} */ (null));
export const unmade = plugin("unmade", () => {
  throw new Error("no licence");
});
export const rejected = plugin("rejected", async () => {
  throw new Error("no licence");
});
export const narrow = plugin("narrow", () => ({
  encode: () => ({ consumed: 0, produced: 0 }),
  window: {
    input: new Uint8Array(4096),
    output: new Uint8Array(1 << 20),
    begin: () => {},
    encodeAt: () => ({ consumed: 0, produced: 0 }),
  },
}));
export const growing = plugin("growing", () => {
  const memory = new WebAssembly.Memory({ initial: 48 });
  const all = new Uint8Array(memory.buffer);
  return {
    encode: () => ({ consumed: 0, produced: 0 }),
    window: {
      input: all.subarray(0, 2 << 20),
      output: all.subarray(2 << 20),
      begin: () => {},
      encodeAt() {
        memory.grow(1);
        return { consumed: 0, produced: 0 };
      },
    },
  };
});

/** Takes the right number of bytes and makes a stream of something else. */
export const forger = answering("forger", (input, output) => {
  output.fill(0x50);
  return { consumed: Math.min(input.length, 3 * output.length), produced: output.length };
});

/** A block of LZ4 that has nothing but literals, of an input that was changed before. */
export const scribbler = answering("scribbler", (input, output) => {
  input.fill(7);
  // A token, a literal, a match at distance 1 as long as 15 times 255 bytes and more, and five last literals.
  const stream = [0x1f, 7, 1, 0, ...Array.from({ length: 20 }, () => 255), 0, 0x50, 7, 7, 7, 7, 7];
  output.set(stream);
  return { consumed: 1 + 4 + 15 + 20 * 255 + 5, produced: stream.length };
});

/** No liar: it finds nothing to save, after some time. */
export const slow = answering("slow", () => {
  for (const start = performance.now(); performance.now() < start + 60;);
  return { consumed: 0, produced: 0 };
});
export const spinning = answering("spinning", () => {
  for (;;);
});
export const exiting = answering("exiting", () => process.exit(7));
export const exhausting = answering("exhausting", () => {
  const kept = [];
  for (;;) kept.push(Array(1e5).fill(0.5));
});
export const unmaking = plugin("unmaking", () => new Promise(() => {}));
export const stalling = plugin("stalling", () => {
  for (;;);
});
export const late = plugin("late", () => {
  setTimeout(() => {
    throw new Error("too late");
  }, 300);
  return new Promise(() => {});
});
export const grumbling = plugin("grumbling", () => {
  setTimeout(() => {
    throw null;
  }, 100);
  return new Promise(() => {});
});

/** A private algorithm, well made but for its decoder. */
const privateWith = (/** @type {string} */ name, /** @type {any} */ createDecoder) => ({
  ...answering(name, (input, output) => {
    output[0] = 1;
    return { consumed: Math.min(input.length, 8192), produced: 1 };
  }),
  algorithm: 9,
  createDecoder,
});
export const blind = privateWith("blind", () => ({ decode: () => {} }));
export const refusing = privateWith("refusing", () => ({
  decode() {
    throw new Error("damaged");
  },
}));
export const undecided = privateWith("undecided", () => undefined);
