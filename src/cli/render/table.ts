import { displayWidth } from "./display-width";

export interface Column {
  /** Heading; printed as it is. */
  readonly title: string;
  /** Numbers read best on the right. Default: left. */
  readonly align?: "left" | "right";
}

export interface TableOptions {
  /** Bold headings. Cells bring their own colours. Default: false. */
  readonly color?: boolean;
  /** Spaces before each line. Default: 0. */
  readonly indent?: number;
}

/**
 * A table for a terminal: one line of headings, one line per row, two spaces between columns, as wide as
 * its cells need by display width, no spaces at the end of a line. Cells may hold colours. Line breaks in
 * cells become spaces. Ends with a line break; a table without rows is its headings.
 */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], options: TableOptions = {}): string {
  const lines = [columns.map((column) => column.title), ...rows].map((row) => columns.map((_, index) => oneLine(row[index] ?? "")));
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => displayWidth(line[index] ?? ""))));
  const indent = " ".repeat(options.indent ?? 0);
  const printed = lines.map((line) => {
    const cells = columns.map((column, index) => {
      const cell = line[index] ?? "";
      const room = " ".repeat((widths[index] ?? 0) - displayWidth(cell));
      return column.align === "right" ? room + cell : cell + room;
    });
    return (indent + cells.join("  ")).trimEnd();
  });
  if (options.color) printed[0] = `\u001b[1m${printed[0] ?? ""}\u001b[22m`;
  return printed.map((line) => `${line}\n`).join("");
}

function oneLine(cell: string): string {
  return cell.includes("\n") || cell.includes("\r") ? cell.replace(/\s*[\r\n]+\s*/g, " ") : cell;
}
