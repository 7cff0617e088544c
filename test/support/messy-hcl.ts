/**
 * Well-formed HCL, written as badly as possible: every kind of item and expression, with white space, comments and
 * line breaks wherever the language allows them. The same seed gives the same text.
 */
export function messyHcl(seed: number): string {
  const random = mulberry(seed);
  return new Writer(random).file();
}

/** A small generator of numbers from 0 to below 1 (mulberry32). */
export function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const NAMES = ["a", "bb", "ccc", "in", "for", "if", "else", "long_name", "x-y", "_z", "é", "日本", "type", "var", "list", "null", "true", "e5", "variable", "endif"];
const VARIABLES = ["a", "bb", "var", "local", "x-y", "é", "in", "list", "e1"];
const TEXTS = ["", "x", "a b", "é", "日本語", "👩‍👩‍👧", "e\u0301", "\\n", "\\\"", "$", "%", "$$", "50%", "$${x}", "%%{x}", "#no", "//", "/* */", "=", "{", "}", "'", "a\u200bb", "🇩🇪🇫🇷", "क्षि", "  "];
const OPERATORS = ["||", "&&", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"];
const COMMENTS = ["c", "", " é ", "=", "{", "\"", " 日本", "x = 1", "\tt "];

class Writer {
  private depth = 0;
  private readonly newline: string;
  private readonly calm: boolean;

  constructor(private readonly random: () => number) {
    this.newline = this.chance(0.08) ? "\r\n" : "\n";
    // Half of the files look as people's do, the others have comments and breaks all over.
    this.calm = this.chance(0.5);
  }

  file(): string {
    const mark = this.chance(0.03) ? "\ufeff" : "";
    const body = this.body(3);
    return mark + (this.chance(0.1) ? body.replace(/\r?\n$/, "") + this.pick(["", " ", "# end", "/* end */ "]) : body);
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  private many(least: number, most: number, one: (index: number) => string): string[] {
    return Array.from({ length: least + this.below(most - least + 1) }, (_, index) => one(index));
  }

  /** White space between two tokens of a line, sometimes a comment. */
  private gap(least = ""): string {
    const spaces = this.pick(["", "", " ", " ", "  ", "\t", "    "]);
    if (this.chance(this.calm ? 0.005 : 0.04)) return ` ${spaces}${this.blockComment()}${this.pick(["", " "])}`;
    return spaces === "" ? least : spaces;
  }

  /** As `gap`, where line breaks mean nothing too. */
  private wide(least = ""): string {
    if (this.chance(this.calm ? 0.08 : 0.15)) return this.gap() + this.newline.repeat(1 + this.below(this.calm ? 1 : 3)) + this.gap();
    if (this.chance(this.calm ? 0.01 : 0.05)) return this.gap() + this.lineComment() + this.gap();
    return this.gap(least);
  }

  private blockComment(): string {
    return `/*${this.pick(COMMENTS)}${this.chance(0.1) ? `${this.newline} more` : ""}*/`;
  }

  private lineComment(): string {
    return `${this.pick(["#", "//"])}${this.pick(COMMENTS)}${this.newline}`;
  }

  private endOfLine(): string {
    return this.gap() + (this.chance(this.calm ? 0.15 : 0.3) ? this.lineComment() : this.newline);
  }

  private body(depth: number): string {
    const names = new Set<string>();
    return this.many(depth === 3 ? 1 : 0, 6, () => this.filler() + this.item(depth, names)).join("") + this.filler();
  }

  private filler(): string {
    if (this.chance(0.75)) return "";
    return this.pick([() => this.gap() + this.newline, () => this.newline.repeat(3), () => this.gap() + this.lineComment(), () => `${this.gap()}${this.blockComment()}${this.newline}`])();
  }

  private item(depth: number, names: Set<string>): string {
    if (depth > 0 && this.chance(0.35)) return this.block(depth);
    let name = this.pick(NAMES);
    while (names.has(name)) name += this.pick(["_", "1", "éé", "-longer"]);
    names.add(name);
    return `${this.gap()}${this.attribute(name)}${this.endOfLine()}`;
  }

  private attribute(name: string): string {
    // A value may be one interpolation alone, or a type of older engines: the formatter rewrites both.
    const value = this.chance(0.12) ? this.lone() : name === "type" && this.chance(0.7) ? this.pick(["list", "map", "set", '"string"', '"list"', '"map"', '"set"', "string"]) : this.value();
    return `${name}${this.gap()}=${this.gap()}${value}`;
  }

  private lone(): string {
    return `"$\{${this.pick(["", "", "", "~"])}${this.wide()}${this.chance(0.15) ? this.lone() : this.expression(true)}${this.wide()}${this.pick(["", "", "", " ~"])}}"`;
  }

  private block(depth: number): string {
    const type = this.chance(0.2) ? "variable" : this.pick(NAMES);
    const labels = this.many(0, 2, () => this.label());
    const head = `${this.gap()}${type}${labels.map((label) => this.gap(" ") + label).join("")}${this.gap(" ")}{`;
    const shape = this.random();
    if (shape < 0.15) return `${head}${this.gap()}}${this.endOfLine()}`;
    if (shape < 0.35) return `${head}${this.gap()}${this.attribute(this.pick(NAMES))}${this.gap()}}${this.endOfLine()}`;
    return `${head}${this.endOfLine()}${this.body(depth - 1)}${this.gap()}}${this.endOfLine()}`;
  }

  private label(): string {
    if (this.chance(0.4)) return this.pick(NAMES);
    // The engines drop these.
    if (this.chance(0.005)) return this.pick(['"x$"', '"50%"', '"$${x}"']);
    return `"${this.pick(["x", "", "a b", "é", "e\u0301", "\\u00e9", "\\n", "\\t\\\"", "日本", "a\u200bb", "\\u0041", "#", "a\\\\b"])}"`;
  }

  /** A value in a body or an object: a line break would end it. */
  private value(): string {
    return this.expression(false);
  }

  private expression(wide: boolean): string {
    const gap = (least = ""): string => (wide ? this.wide(least) : this.gap(least));
    if (this.depth > 4 || this.chance(0.35)) return this.simple();
    this.depth++;
    try {
      switch (this.below(17)) {
        case 0:
        case 1:
          return `${this.term(wide)}${gap()}${this.pick(OPERATORS).replace("/", " /")}${gap(" ")}${this.term(wide)}`;
        case 2:
          return `${this.term(wide)}${gap(" ")}?${gap()}${this.term(wide)}${gap(" ")}:${gap(" ")}${this.term(wide)}`;
        case 3:
          return `${this.pick(["-", "!", "- ", "! ", "!!", "- -"])}${gap()}${this.term(wide)}`;
        case 4:
          return `(${this.wide()}${this.expression(true)}${this.wide()})`;
        case 5:
        case 6:
          return this.tuple();
        case 7:
        case 8:
          return this.object();
        case 9:
          return this.call(gap);
        case 10:
          return this.reference(gap);
        case 11:
          return this.forTuple();
        case 12:
          return this.forObject();
        case 13:
        case 14:
          return this.quoted();
        default:
          return this.simple();
      }
    } finally {
      this.depth--;
    }
  }

  private term(wide: boolean): string {
    return this.chance(0.7) ? this.simple() : this.expression(wide);
  }

  private simple(): string {
    const heredoc = this.chance(0.04) && this.depth < 4;
    if (heredoc) return `(${this.heredoc()}${this.newline})`;
    return this.pick([() => String(this.below(100)), () => this.pick(["1.5", "1e3", "0", "2E-5"]), () => this.pick(VARIABLES), () => "true", () => "null", () => `"${this.pick(["x", "", "é", "日本語", "a b"])}"`, () => `${this.pick(VARIABLES)}.${this.pick(NAMES)}`])();
  }

  private tuple(): string {
    const items = this.many(0, 4, () => this.wide() + (this.chance(0.1) ? this.heredoc() + this.newline : this.expression(true)) + this.wide());
    return `[${items.length === 0 ? this.wide() : items.join(",")}${items.length > 0 && this.chance(0.2) ? `,${this.wide()}` : ""}]`;
  }

  private object(): string {
    const items = this.many(0, 4, () => `${this.key()}${this.gap(" ")}${this.pick(["=", "=", "=", ":"])}${this.gap(" ")}${this.chance(0.08) ? this.heredoc() : this.value()}`);
    if (items.length === 0) return `{${this.pick([this.gap(), this.endOfLine()])}}`;
    if (items.some((item) => item.includes("<<")) || this.chance(0.6)) {
      return `{${this.endOfLine()}${items.map((item) => `${this.filler()}${this.gap()}${item}${item.includes("<<") || this.chance(0.8) ? "" : `${this.gap()},`}${item.includes("<<") ? this.newline : this.endOfLine()}`).join("")}${this.filler()}${this.gap()}}`;
    }
    return `{${this.gap()}${items.join(`${this.gap()},${this.gap()}`)}${this.gap()}}`;
  }

  private key(): string {
    return this.pick([() => this.pick(NAMES.filter((name) => name !== "for")), () => this.pick(["a", "bb"]), () => `"${this.pick(["x", "é", "a b"])}"`, () => `(${this.wide()}${this.expression(true)}${this.wide()})`, () => `"x$\{${this.gap()}a${this.gap()}}"`, () => "1"])();
  }

  private call(gap: (least?: string) => string): string {
    const args = this.many(0, 3, () => this.wide() + (this.chance(0.1) ? this.heredoc() + this.newline : this.expression(true)) + this.wide());
    const name = this.pick(["f", "merge", `p${gap()}::${gap()}g`, "in"]);
    const end = args.length === 0 ? this.wide() : this.pick(["", "", "", `,${this.wide()}`, `...${this.wide()}`]);
    return `${name}${gap()}(${args.join(",")}${end})`;
  }

  private reference(gap: (least?: string) => string): string {
    const steps = this.many(1, 3, () =>
      this.pick([
        () => `${gap()}.${gap()}${this.pick(NAMES)}`,
        () => `${gap()}[${this.wide()}${this.expression(true)}${this.wide()}]`,
        () => `${gap()}[${this.pick(["", " "])}*${this.pick(["", " "])}]`,
        () => `${gap()}[${this.pick(["0", '"x"', " 1 ", '"${a}"', "-1"])}]`,
        () => `${gap()}.${gap()}${this.pick(["0", "12"])} `,
      ])(),
    );
    const root = this.pick([() => this.pick(VARIABLES), () => "f(1)", () => "(a)", () => "[1]", () => `"x"`])();
    const tail = this.chance(0.15) ? `${gap()}.${gap()}*${gap()}.${gap()}id` : this.chance(0.1) ? `${gap()}.${gap()}0` : "";
    return root + steps.join("") + tail;
  }

  private forTuple(): string {
    const result = this.wide(" ") + this.expression(true) + this.condition();
    return `[${this.forHead()}${result}${this.wide()}]`;
  }

  private forObject(): string {
    return `{${this.forHead()}${this.wide(" ")}${this.expression(true)}${this.wide(" ")}=>${this.wide(" ")}${this.expression(true)}${this.chance(0.2) ? `${this.wide()}...` : ""}${this.condition()}${this.wide()}}`;
  }

  private forHead(): string {
    const key = this.chance(0.5) ? `k${this.wide()},${this.wide()}` : "";
    return `${this.wide()}for${this.wide(" ").replace(/^$/, " ")} ${key}v ${this.wide()}in ${this.wide()}${this.expression(true)}${this.wide(" ")}:`;
  }

  private condition(): string {
    return this.chance(0.25) ? `${this.wide(" ")} if ${this.wide()}${this.expression(true)}` : "";
  }

  private quoted(): string {
    return `"${this.many(0, 3, () => this.templatePart(false)).join("")}"`;
  }

  private heredoc(): string {
    const flush = this.chance(0.5);
    const lines = this.many(0, 3, () => `${this.pick(["", "  ", "    ", "\t"])}${this.many(0, 3, () => this.templatePart(true)).join("")}${this.newline}`);
    return `<<${flush ? "-" : ""}EOT${this.newline}${lines.join("")}${flush ? this.pick(["", "  ", "      "]) : this.pick(["", "", "  "])}EOT`;
  }

  private templatePart(heredoc: boolean): string {
    const mark = (): string => this.pick(["", "", "", "~"]);
    switch (this.depth > 4 ? 0 : this.below(6)) {
      case 0:
      case 1: {
        const text = this.pick(TEXTS);
        // A sign at the end would join the brace of what follows.
        return (heredoc ? text.replace(/\\"/g, '"') : text).replace(/[$%]$/, "$& ");
      }
      case 2:
      case 3:
        return `$\{${mark()}${this.wide()}${this.expression(true)}${this.wide()}${mark()}}`;
      case 4: {
        const otherwise = this.chance(0.5) ? `${this.control("else")}${this.pick(TEXTS.slice(0, 4))}` : "";
        return `${this.control(`if ${this.expression(true)}`)}${this.pick(TEXTS.slice(0, 4))}${otherwise}${this.control("endif")}`;
      }
      default:
        return `${this.control(`for ${this.chance(0.5) ? `k${this.wide()},${this.wide()}` : ""}v${this.wide(" ")} in ${this.expression(true)}`)}${this.pick(TEXTS.slice(0, 4))}${this.control("endfor")}`;
    }
  }

  private control(content: string): string {
    const mark = (): string => this.pick(["", "", "", "~"]);
    return `%{${mark()}${this.wide()}${content}${this.wide()}${mark()}}`;
  }
}
