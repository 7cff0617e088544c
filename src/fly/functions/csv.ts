import { ArgumentError } from "./function";

/** Records of comma-separated text (RFC 4180). Empty lines do not count. Throws `ArgumentError` for the first argument. */
export function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let position = 0;
  let line = 1;
  while (position < text.length) {
    const lineBreak = /^\r?\n/.exec(text.slice(position, position + 2));
    if (lineBreak) {
      position += lineBreak[0].length;
      line++;
      continue;
    }
    const record: string[] = [];
    for (;;) {
      const field = text[position] === '"' ? quoted() : bare();
      record.push(field);
      if (text[position] !== ",") break;
      position++;
    }
    skipLineBreak();
    records.push(record);
  }
  return records;

  function bare(): string {
    const end = endOf(/[,\n]/g, position);
    let field = text.slice(position, end);
    if (text[end] !== "," && field.endsWith("\r")) field = field.slice(0, -1);
    if (field.includes('"')) throw new ArgumentError(0, `line ${line} has a quote inside of a field without quotes`);
    position = end;
    return field;
  }

  function quoted(): string {
    let field = "";
    position++;
    for (;;) {
      const end = text.indexOf('"', position);
      if (end < 0) throw new ArgumentError(0, `a quote that is opened on line ${line} is not closed`);
      field += text.slice(position, end);
      position = end + 1;
      if (text[position] !== '"') break;
      field += '"';
      position++;
    }
    if (position < text.length && !/^(?:,|\r?\n)/.test(text.slice(position, position + 2))) throw new ArgumentError(0, `line ${line} goes on after a closing quote`);
    line += field.split("\n").length - 1;
    return field.replaceAll("\r\n", "\n");
  }

  function skipLineBreak(): void {
    if (text[position] === "\r") position++;
    if (text[position] === "\n") position++;
    line++;
  }

  function endOf(pattern: RegExp, from: number): number {
    pattern.lastIndex = from;
    return pattern.exec(text)?.index ?? text.length;
  }
}
