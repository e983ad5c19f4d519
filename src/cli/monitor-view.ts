import type { MonitorReport } from './stats-server.js';
import {
  formatBar,
  formatBytes,
  formatCount,
  formatShare,
  formatSpan,
  formatSparkline,
  type Paint,
} from './terminal.js';

/** Looks that the line of hit rates goes back. */
const HISTORY = 40;
const BAR_WIDTH = 24;

/** Draws what a cache is doing; remembers the look before, and so knows rates. */
export class MonitorView {
  readonly #url: string;
  readonly #paint: Paint;
  readonly #hitRates: number[] = [];
  #last: { readonly report: MonitorReport; readonly at: number } | undefined;

  constructor(url: string, paint: Paint) {
    this.#url = url;
    this.#paint = paint;
  }

  /** The picture of one look, taken `at` so many seconds, that ends with a line break. */
  draw(report: MonitorReport, at: number): string {
    const since = this.#since(report, at);
    this.#last = { report, at };
    const { stats, name, pid, uptime_seconds: uptime, resident_bytes: resident } = report;
    const { hits = 0, total_requests: requests = 0, current_size: size = 0, max_size: room = 1 } = stats;
    const { bytes_used: bytes = 0, max_bytes: budget = 1 } = stats;
    const sum = (field: string) => formatCount(stats[field] ?? 0);
    const rate = (field: string) =>
      since === undefined ? '' : `${formatCount(since.perSecond(field))} per second`;
    const now = since === undefined ? '' : formatSparkline(this.#hitRates);
    const rows: [label: string, amount: string, note: string][] = [
      ['size', formatCount(size), `${formatBar(size / room, BAR_WIDTH)} of ${formatCount(room)}`],
      ['hit rate', formatShare(requests === 0 ? 0 : hits / requests), now],
      ['requests', formatCount(requests), rate('total_requests')],
      ['evictions', sum('evictions'), rate('evictions')],
      ['expiries', sum('expired_removals'), rate('expired_removals')],
      ['memory', formatBytes(bytes), `${formatBar(bytes / budget, BAR_WIDTH)} of ${formatBytes(budget)}`],
      ['threads', sum('threads'), `the process takes ${formatBytes(resident)} in all`],
    ];
    const head = `${this.#paint('bold', name)}  process ${pid}, up ${formatSpan(uptime)}`;
    return `\n${head}  ${this.#paint('dim', this.#url)}\n\n${rows.map((row) => this.#line(row)).join('\n')}\n\n`;
  }

  #line([label, amount, note]: [string, string, string]): string {
    return `  ${label.padEnd(10)}${this.#paint('bold', amount.padStart(12))}   ${this.#paint('cyan', note)}`.trimEnd();
  }

  /** What has happened since the last look; undefined at the first one, or when it is another process now. */
  #since({ stats, pid }: MonitorReport, at: number) {
    if (this.#last?.report.pid !== pid) this.#hitRates.length = 0;
    if (this.#last === undefined || this.#last.report.pid !== pid) return undefined;
    const { report, at: before } = this.#last;
    const change = (field: string) => (stats[field] ?? 0) - (report.stats[field] ?? 0);
    const requests = change('total_requests');
    this.#hitRates.push(requests === 0 ? 0 : change('hits') / requests);
    if (this.#hitRates.length > HISTORY) this.#hitRates.shift();
    return { perSecond: (field: string) => change(field) / (at - before) };
  }
}
