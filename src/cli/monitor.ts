import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, CommandError, parse, seconds, wholeNumber } from './command.js';
import { MonitorView } from './monitor-view.js';
import { DEFAULT_PORT, type MonitorReport } from './stats-server.js';
import { canRedraw, paintFor } from './terminal.js';

const help = `Usage: heddle monitor [options]

Watches a cache in another process on this machine, one that runs heddle demo --serve: size, hit rate, evictions,
expiries and memory, again and again until Ctrl-C. To watch a cache in your own program, see examples/monitor.ts.

Options:
  --port P        the port it answers on (${DEFAULT_PORT})
  --interval S    seconds from one look to the next (1)
  --once          look once, and end
  --json          print each look as one line of JSON
`;

const options = {
  port: { type: 'string', default: `${DEFAULT_PORT}` },
  interval: { type: 'string', default: '1' },
  once: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

const ANSWER_WITHIN_MS = 3000;

const SECOND_SCREEN = '\x1b[?1049h';
const FIRST_SCREEN = '\x1b[?1049l';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR = '\x1b[H\x1b[J';

/** `heddle monitor` */
export const monitor: Command = {
  name: 'monitor',
  summary: 'what a cache in a running process is doing, second by second',
  help,
  async run(args) {
    const { values } = parse(args, options);
    const port = wholeNumber('--port', values.port, 1, 65_535);
    const interval = seconds('--interval', values.interval, 0.1, 3600);
    const url = `http://127.0.0.1:${port}/`;
    const show = values.json ? (report: MonitorReport) => console.log(JSON.stringify(report)) : printer(url);
    if (values.once) show(await look(url));
    else if (canRedraw(process.stdout) && !values.json) await watchOnScreen(url, interval);
    else await watch(url, interval, show);
  },
};

function printer(url: string): (report: MonitorReport) => void {
  const view = new MonitorView(url, paintFor(process.stdout));
  return (report) => process.stdout.write(view.draw(report, performance.now() / 1000));
}

/** On a terminal each picture takes the place of the one before: on its second screen, so that the first stays as it is. */
async function watchOnScreen(url: string, interval: number): Promise<void> {
  const { stdout } = process;
  const show = printer(url);
  stdout.write(`${SECOND_SCREEN}${HIDE_CURSOR}`);
  try {
    await watch(url, interval, (report) => {
      stdout.write(CLEAR);
      show(report);
    });
  } finally {
    stdout.write(`${SHOW_CURSOR}${FIRST_SCREEN}`);
  }
}

async function watch(url: string, interval: number, show: (report: MonitorReport) => void): Promise<void> {
  const end = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => end.abort());
  for (let next = performance.now(); !end.signal.aborted; ) {
    show(await look(url));
    next = Math.max(next + interval * 1000, performance.now());
    await sleep(next - performance.now(), undefined, { signal: end.signal }).catch(() => {});
  }
}

async function look(url: string): Promise<MonitorReport> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    const report = (await response.json()) as MonitorReport;
    if (typeof report.stats['hits'] === 'number') return report;
  } catch (error) {
    if (isRefused(error)) throw nothing(url, 'nothing answers there');
    if (error instanceof DOMException) throw nothing(url, 'there is no answer in time');
  }
  throw nothing(url, 'something else answers there');
}

function isRefused(error: unknown): boolean {
  return error instanceof TypeError && error.message === 'fetch failed';
}

function nothing(url: string, what: string): CommandError {
  return new CommandError(
    `Cannot monitor ${url}: ${what}, a running heddle demo --serve is required (or its --port)`,
  );
}
