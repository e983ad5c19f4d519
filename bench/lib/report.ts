/** What a question answers with, and how a run shows it. */
import type { Chart } from './svg.js';

/** Rows under a heading, as Markdown shows them. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The answer to one question. */
export interface Answer {
  readonly tables: readonly Table[];
  /** Charts by the name of their file. */
  readonly charts: Readonly<Record<string, Chart>>;
  /** Every figure behind the tables. */
  readonly figures: unknown;
  /** What took no part, and why. */
  readonly absent: readonly string[];
}

/** Says how far a run is; no line is the answer. */
export type Progress = (what: string) => void;

/** One benchmark. */
export interface Question {
  /** What to call it by: `npm run bench -- NAME`. */
  readonly name: string;
  readonly title: string;
  /** What is measured, and how, in a few sentences. */
  readonly method: string;
  readonly notShown: readonly string[];
  run(scale: import('./scale.js').Scale, progress: Progress): Promise<Answer>;
}

/** A table as lines of Markdown, columns aligned for those who read the text. */
export function markdown({ columns, rows }: Table): string {
  const cells = [columns, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = columns.map((_, column) => Math.max(3, ...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/** Each text once, in order. */
export function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
