import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Gives text a colour or a weight where its stream shows such things, and leaves it as it is elsewhere. */
export type Paint = (format: Format, text: string) => string;

/** The part of an output stream that decides how to write to it. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
}

/** Whether what stands on a stream can be overwritten: it is a terminal that knows how. */
export function canRedraw(stream: Screen): boolean {
  return stream.isTTY === true && process.env['TERM'] !== 'dumb';
}

/** Whether a stream shows colours: such a terminal, unless NO_COLOR is set (no-color.org). */
export function hasColor(stream: Screen): boolean {
  return canRedraw(stream) && (process.env['NO_COLOR'] ?? '') === '';
}

/** The {@link Paint} of a stream. */
export function paintFor(stream: Screen): Paint {
  if (!hasColor(stream)) return (_, text) => text;
  // hasColor has decided; newer versions of Node.js would look at process.stdout, whatever the stream
  return (format, text) => styleText(format, text, { validateStream: false });
}

/** A whole number with its thousands apart: `1,234,567`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** A share of 1 as a percentage: `66.52 %`. */
export function formatShare(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`;
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A number of bytes in the unit that leaves one to four digits before the point: `27.5 MiB`. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let amount = bytes;
  while (Math.abs(amount) >= 1024 && unit < byteUnits.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${byteUnits[unit]}`;
}

/** A time span: `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSpan(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** One line of a list of figures: what it is, how much, and what that means. */
export type Row = readonly [label: string, amount: string, note?: string];

/** Lays rows out in columns, labels and notes to the left, amounts to the right. */
export function formatRows(rows: readonly Row[], paint: Paint): string {
  const labelWidth = Math.max(...rows.map(([label]) => label.length));
  const amountWidth = Math.max(...rows.map(([, amount]) => amount.length));
  return rows
    .map(([label, amount, note = '']) => {
      const columns = `  ${label.padEnd(labelWidth)}  ${paint('bold', amount.padStart(amountWidth))}`;
      return note === '' ? columns : `${columns}   ${paint('dim', note)}`;
    })
    .join('\n');
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A horizontal bar, `width` columns long when the share is 1. */
export function formatBar(share: number, width: number): string {
  const filled = Math.round(Math.min(Math.max(share, 0), 1) * width * 8);
  return ('█'.repeat(filled >> 3) + (eighths[filled & 7] ?? '')).padEnd(width, '·');
}

const heights = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Shares of 1 as a row of little columns, one for each. */
export function formatSparkline(shares: readonly number[]): string {
  return shares
    .map((share) => heights[Math.min(heights.length - 1, Math.floor(share * heights.length))] ?? '')
    .join('');
}
