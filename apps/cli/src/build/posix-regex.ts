/**
 * POSIX extended regular expressions, as `regcomp` of the GNU C library takes them, in those of JavaScript. For asking
 * whether something matches: which of several matches is taken is not the same.
 */

/** Members of the character classes, as the inside of a bracket, in the C locale. */
const classes: Readonly<Record<string, string>> = {
  alnum: "A-Za-z0-9",
  alpha: "A-Za-z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: " \\t-\\r",
  upper: "A-Z",
  xdigit: "0-9A-Fa-f",
};

/** What GNU gives a meaning to behind a backslash. */
const escapes: Readonly<Record<string, string>> = {
  w: "[A-Za-z0-9_]",
  W: "[^A-Za-z0-9_]",
  s: "[ \\t-\\r]",
  S: "[^ \\t-\\r]",
  b: "\\b",
  B: "\\B",
  "<": "\\b(?=\\w)",
  ">": "\\b(?<=\\w)",
  "`": "^",
  "'": "$",
};

/** `RE_DUP_MAX` of the GNU C library. */
const mostRepetitions = 32767;

function literal(unit: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(unit) ? `\\${unit}` : unit;
}

class Translator {
  readonly #pattern: string;
  #at = 0;
  #closedGroups = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  translate(): string {
    return this.#alternatives(0);
  }

  #alternatives(depth: number): string {
    const branches = [this.#branch(depth)];
    while (this.#pattern[this.#at] === "|") {
      this.#at++;
      branches.push(this.#branch(depth));
    }
    return branches.join("|");
  }

  #branch(depth: number): string {
    let result = "";
    /** What a repetition would be of; undefined at the beginning, and behind an anchor. */
    let atom: string | undefined;
    while (this.#at < this.#pattern.length) {
      const unit = this.#pattern[this.#at]!;
      if (unit === "|" || (unit === ")" && depth > 0)) break;
      const repetition = this.#repetition();
      if (repetition === undefined) {
        result += atom ?? "";
        [atom, result] = this.#atom(depth, result);
      } else if (atom === undefined) {
        throw new SyntaxError(`nothing to repeat before '${unit}'`);
      } else {
        // In a group: two repetitions in a row mean something else in JavaScript.
        atom = `(?:${atom}${repetition})`;
      }
    }
    return result + (atom ?? "");
  }

  /** The next atom, or nothing for an anchor, which then is behind `result`. */
  #atom(depth: number, result: string): [string | undefined, string] {
    const unit = this.#pattern[this.#at++]!;
    switch (unit) {
      case "^":
      case "$":
        return [undefined, result + unit];
      case ".":
        return ["[^]", result];
      case "[":
        return [this.#bracket(), result];
      case "(":
        return [this.#group(depth), result];
      case "\\":
        return [this.#escape(), result];
      default:
        return [literal(unit), result];
    }
  }

  #group(depth: number): string {
    const content = this.#alternatives(depth + 1);
    if (this.#pattern[this.#at++] !== ")") throw new SyntaxError("'(' without ')'");
    this.#closedGroups++;
    return `(${content})`;
  }

  #escape(): string {
    const unit = this.#pattern[this.#at++];
    if (unit === undefined) throw new SyntaxError("a backslash at the end");
    if (/[1-9]/.test(unit)) {
      if (Number(unit) > this.#closedGroups) throw new SyntaxError(`'\\${unit}' without such a group`);
      return `(?:\\${unit})`;
    }
    return Object.hasOwn(escapes, unit) ? `(?:${escapes[unit]})` : literal(unit);
  }

  #repetition(): string | undefined {
    const unit = this.#pattern[this.#at]!;
    if ("*+?".includes(unit)) {
      this.#at++;
      return unit;
    }
    if (unit !== "{") return undefined;
    const match = /^\{(\d*)(,?)(\d*)\}/.exec(this.#pattern.slice(this.#at));
    const [all = "", min = "", comma = "", max = ""] = match ?? [];
    const limits = [Number(min), comma === "" ? Number(min) : max === "" ? mostRepetitions : Number(max)];
    const isSound = limits[0]! <= limits[1]! && limits[1]! <= mostRepetitions && (min !== "" || comma !== "");
    if (match === null || !isSound)
      throw new SyntaxError("'{' without a sound number of repetitions and '}'");
    this.#at += all.length;
    return `{${limits[0]},${comma !== "" && max === "" ? "" : limits[1]}}`;
  }

  #bracket(): string {
    const isNegated = this.#pattern[this.#at] === "^";
    if (isNegated) this.#at++;
    let members = "";
    for (let isFirst = true; isFirst || this.#pattern[this.#at] !== "]"; isFirst = false) {
      const from = this.#member();
      if (this.#pattern[this.#at] !== "-" || this.#pattern[this.#at + 1] === "]") {
        members += from.length > 1 ? from : literal(from);
        continue;
      }
      this.#at++;
      const to = this.#member();
      if (from.length > 1 || to.length > 1 || to < from) throw new SyntaxError(`'${from}-${to}' is no range`);
      members += `${literal(from)}-${literal(to)}`;
    }
    this.#at++;
    return `[${isNegated ? "^" : ""}${members}]`;
  }

  /** One unit, or the members of a class. */
  #member(): string {
    const rest = this.#pattern.slice(this.#at);
    if (rest === "") throw new SyntaxError("'[' without ']'");
    const special = /^\[([:=.])(.*?)\1\]/s.exec(rest);
    if (special === null) {
      if (/^\[[:=.]/.test(rest)) throw new SyntaxError(`'${rest.slice(0, 2)}' without its end`);
      this.#at++;
      return rest[0]!;
    }
    const [all, kind, name = ""] = special;
    this.#at += all.length;
    if (kind === ":") {
      if (Object.hasOwn(classes, name)) return classes[name]!;
      throw new SyntaxError(`there is no class [:${name}:]`);
    }
    if (name.length !== 1) throw new SyntaxError(`'${name}' is not one character`);
    return name;
  }
}

/**
 * The regular expression that matches what the POSIX extended one does; both are of bytes where strings of bytes are
 * given.
 * @throws {SyntaxError} which says what is wrong
 */
export function posixRegex(pattern: string): RegExp {
  return new RegExp(new Translator(pattern).translate());
}
