/** Charts as SVG text: bars with their spread, and lines over a logarithmic axis. Nothing else is needed. */
import { digits, type Spread } from './numbers.js';

/** Bars in groups, all to one scale. */
export interface BarChart {
  readonly kind: 'bars';
  readonly title: string;
  /** What the length of a bar is. */
  readonly unit: string;
  readonly groups: readonly { readonly label: string; readonly bars: readonly Bar[] }[];
  /** A length to compare with: 1 for ratios. */
  readonly mark?: number;
  /** For figures that lie orders of magnitude apart. */
  readonly logarithmic?: boolean;
}

/** One bar; the thin line over it goes from one quartile to the other. */
export interface Bar {
  readonly label: string;
  readonly value: Spread;
}

/** Lines over a logarithmic x axis. */
export interface LineChart {
  readonly kind: 'lines';
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly {
    readonly label: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
}

export type Chart = BarChart | LineChart;

/** Colours that stay apart for the colour-blind (Okabe and Ito, 2008, and two more), heddle's first. */
const COLOURS = [
  '#0072B2',
  '#56B4E9',
  '#009E73',
  '#D55E00',
  '#E69F00',
  '#CC79A7',
  '#8A8A00',
  '#666666',
  '#332288',
];
const WIDTH = 840;
const LEFT = 210;
const RIGHT = 110;
const BAR = 14;

/** The whole file. Text and background follow neither light nor dark pages: the background is white. */
export function svg(chart: Chart): string {
  const { height, body } = chart.kind === 'bars' ? bars(chart) : lines(chart);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"` +
      ' font-family="sans-serif" font-size="12">',
    `<title>${escaped(chart.title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    text(12, 22, chart.title, 'font-size="15" font-weight="bold"'),
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

function bars({ groups, unit, mark, logarithmic = false }: BarChart): { height: number; body: string[] } {
  const all = groups.flatMap((group) => group.bars.map(({ value }) => value));
  const largest = Math.max(mark ?? 0, ...all.map(({ high, median }) => Math.max(high, median)));
  const least = Math.min(...all.map(({ median }) => median)) / 2;
  const scale = (value: number) => {
    const share = logarithmic ? Math.log(value / least) / Math.log(largest / least) : value / largest;
    return LEFT + Math.max(0, share) * (WIDTH - LEFT - RIGHT);
  };
  const labels = [...new Set(groups.flatMap((group) => group.bars.map(({ label }) => label)))];
  const body: string[] = [text(12, 40, unit + (logarithmic ? ' (logarithmic)' : ''), 'fill="#555"')];
  let y = 56;
  for (const group of groups) {
    body.push(text(12, y + 11, group.label, 'font-weight="bold"'));
    y += BAR + 6;
    for (const { label, value } of group.bars) {
      const end = scale(value.median);
      const colour = COLOURS[labels.indexOf(label) % COLOURS.length];
      body.push(
        text(LEFT - 8, y + 11, label, 'text-anchor="end"'),
        `<rect x="${LEFT}" y="${y}" width="${number(end - LEFT)}" height="${BAR - 2}" fill="${colour}"/>`,
        line([scale(value.low), y + BAR / 2 - 1], [scale(value.high), y + BAR / 2 - 1], '#000'),
        text(Math.max(end, scale(value.high)) + 6, y + 11, digits(value.median)),
      );
      y += BAR;
    }
    y += 10;
  }
  if (mark !== undefined) body.push(line([scale(mark), 50], [scale(mark), y], '#999', '4 3'));
  return { height: y + 8, body };
}

const TOP = 56;
const BOTTOM = 360;
const INSET = 70;

function lines({ series, xLabel, yLabel }: LineChart): { height: number; body: string[] } {
  const points = series.flatMap((one) => one.points);
  const xs = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b);
  const [least = 1, largest = 1] = [xs[0], xs.at(-1)];
  const highest = Math.max(...points.map(([, y]) => y));
  const step = niceStep(highest / 4);
  const top = Math.ceil(highest / step) * step;
  const end = WIDTH - 2 * RIGHT;
  const atX = (x: number) =>
    INSET + (largest === least ? 0 : Math.log(x / least) / Math.log(largest / least)) * (end - INSET);
  const atY = (y: number) => BOTTOM - (y / top) * (BOTTOM - TOP);
  const body = [text(12, 40, yLabel, 'fill="#555"')];
  for (let y = 0; y <= top; y += step) {
    body.push(line([INSET, atY(y)], [end, atY(y)], '#ddd'));
    body.push(text(INSET - 6, atY(y) + 4, digits(y), 'text-anchor="end"'));
  }
  for (const x of xs) body.push(text(atX(x), BOTTOM + 18, x.toLocaleString('en'), 'text-anchor="middle"'));
  body.push(text((INSET + end) / 2, BOTTOM + 40, xLabel, 'text-anchor="middle" fill="#555"'));
  series.forEach(({ label, points: own }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const path = own.map(([x, y]) => `${number(atX(x))},${number(atY(y))}`).join(' ');
    body.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const [x, y] of own)
      body.push(`<circle cx="${number(atX(x))}" cy="${number(atY(y))}" r="3" fill="${colour}"/>`);
    body.push(text(end + 14, TOP + 16 * index + 4, label, `fill="${colour}" font-weight="bold"`));
  });
  return { height: BOTTOM + 56, body };
}

/** The least of 1, 2, 5, 10, 20, … that is no smaller. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find((times) => times * power >= least) ?? 10) * power;
}

type Point = readonly [x: number, y: number];

function line([x1, y1]: Point, [x2, y2]: Point, colour: string, dashes = ''): string {
  const dashed = dashes === '' ? '' : ` stroke-dasharray="${dashes}"`;
  return `<line x1="${number(x1)}" y1="${number(y1)}" x2="${number(x2)}" y2="${number(y2)}" stroke="${colour}"${dashed}/>`;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${number(x)}" y="${number(y)}" ${attributes}>${escaped(content)}</text>`;
}

function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
