import type { DownloadProgress } from "../../engine";
import type { Output } from "../context";

/** Shows how far a download has come. */
export interface ProgressView {
  update(progress: DownloadProgress): void;
  /** Ends the bar's line; to be called once, whatever happened. */
  end(): void;
}

const BAR_COLUMNS = 30;
const REDRAW_AFTER_MS = 100;
const CLEAR_LINE = "\r\u001b[K";

/** A bar on a terminal, redrawn at most ten times a second; elsewhere a line per quarter. */
export function progressView(output: Output, label: string, now: () => number): ProgressView {
  return output.isTTY ? barView(output, label, now) : lineView(output, label);
}

function barView(output: Output, label: string, now: () => number): ProgressView {
  let drawnAt = -Infinity;
  return {
    update(progress) {
      const complete = progress.bytes === progress.total;
      if (!complete && now() - drawnAt < REDRAW_AFTER_MS) return;
      drawnAt = now();
      output.write(`${CLEAR_LINE}${fit(`${label} ${bar(progress)}`, output.columns)}`);
    },
    end() {
      if (drawnAt !== -Infinity) output.write(CLEAR_LINE);
    },
  };
}

function lineView(output: Output, label: string): ProgressView {
  let told = -1;
  return {
    update({ bytes, total }) {
      const quarter = total ? Math.floor((bytes / total) * 4) : 0;
      // A second try starts from the beginning.
      if (quarter === told || (bytes === 0 && told > 0)) return;
      told = quarter;
      output.write(`${label}${total ? `: ${quarter * 25} % of ${megabytes(total)}` : ""}\n`);
    },
    end() {},
  };
}

function bar({ bytes, total }: DownloadProgress): string {
  if (!total) return megabytes(bytes);
  const done = Math.round(Math.min(1, bytes / total) * BAR_COLUMNS);
  return `[${"#".repeat(done)}${".".repeat(BAR_COLUMNS - done)}] ${megabytes(bytes)} of ${megabytes(total)}`;
}

/** A line that wraps cannot be redrawn in its place. */
function fit(line: string, columns: number | undefined): string {
  return line.slice(0, (columns || 80) - 1); // some terminals say that they have none
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
