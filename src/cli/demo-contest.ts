import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError } from './command.js';
import { readTrace, type SideResult, type SideTask, type TraceSource } from './demo-side.js';
import type { Tour } from './demo-tour.js';
import { privateKind } from './private-cache.js';
import type { PrivateKind } from './replay-messages.js';
import { formatBytes, formatCount, formatShare, type Paint } from './terminal.js';
import { distinctKeys } from './trace.js';

/** What is compared. */
export interface Contest {
  readonly trace: TraceSource;
  readonly threads: number;
  readonly valueBytes: number;
  /** Entries in all; undefined: a tenth of the trace's keys. */
  readonly maxSize: number | undefined;
}

/** One side's figures, under the names they have on the wire. */
interface SideFigures {
  readonly cache: 'heddle' | PrivateKind;
  readonly max_size_each: number;
  readonly hits: number;
  readonly misses: number;
  readonly hit_rate: number;
  readonly seconds: number;
  readonly requests_per_second: number;
  readonly live_bytes: number;
  readonly resident_bytes: number;
}

/** What came of it. */
export interface ContestResult {
  readonly trace: string;
  readonly requests: number;
  readonly keys: number;
  readonly threads: number;
  readonly cores: number;
  readonly max_size: number;
  /** null: the trace gives the size of each value. */
  readonly value_bytes: number | null;
  readonly shared: SideFigures;
  readonly private: SideFigures;
}

type Setting = Omit<ContestResult, 'shared' | 'private'>;

/** A share of the trace's keys that makes a cache neither idle nor idle talk. */
const SHARE_OF_KEYS = 0.1;

const COLUMN = 22;

/** Runs both sides, one after the other. */
export async function holdContest(contest: Contest): Promise<ContestResult> {
  return await runSides(contest, prepare(contest));
}

/** Runs both sides and shows, as it goes on, what comes of it. */
export async function printContest(contest: Contest, tour: Tour): Promise<void> {
  tour.heading('One shared cache, or a private one in each worker?');
  const setting = prepare(contest);
  tour.print(describe(setting));
  const result = await runSides(contest, setting);
  tour.print(table(result, tour.paint));
  tour.print(verdict(result, tour.paint));
  tour.print(tour.paint('dim', footnotes(result)));
}

function prepare({ trace: source, threads, valueBytes, maxSize }: Contest): Setting {
  const trace = readTrace(source);
  const keys = distinctKeys(trace);
  // the private caches must have the same room together, to the last entry
  const each = Math.max(1, Math.floor((maxSize ?? keys * SHARE_OF_KEYS) / threads));
  return {
    trace: source === 'zipf' ? 'zipf' : basename(source.path),
    requests: trace.requests,
    keys,
    threads,
    cores: availableParallelism(),
    max_size: each * threads,
    value_bytes: trace.sizes === undefined ? valueBytes : null,
  };
}

async function runSides({ trace, valueBytes }: Contest, setting: Setting): Promise<ContestResult> {
  const { threads, max_size: maxSize } = setting;
  const task = { trace, threads, maxSize, valueBytes };
  const kind = await privateKind();
  const shared = await runProcess({ ...task, kind: 'shared' });
  const alone = await runProcess({ ...task, kind });
  return {
    ...setting,
    shared: figures('heddle', maxSize, shared),
    private: figures(kind, maxSize / threads, alone),
  };
}

function figures(cache: SideFigures['cache'], maxSizeEach: number, result: SideResult): SideFigures {
  const { requests, hits, seconds, liveBytes, residentBytes } = result;
  return {
    cache,
    max_size_each: maxSizeEach,
    hits,
    misses: requests - hits,
    hit_rate: hits / requests,
    seconds,
    requests_per_second: requests / seconds,
    live_bytes: liveBytes,
    resident_bytes: residentBytes,
  };
}

function runProcess(task: SideTask): Promise<SideResult> {
  const entry = fileURLToPath(new URL('./demo-side-process.js', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = fork(entry, [JSON.stringify(task)], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.once('message', (result) => resolve(result as SideResult));
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new CommandError(`Cannot compare: the process of one side ended early (${signal ?? code})`));
    });
  });
}

function describe({
  trace,
  requests,
  keys,
  threads,
  max_size: maxSize,
  value_bytes: bytes,
}: Setting): string {
  const what =
    trace === 'zipf'
      ? `${formatCount(requests)} made-up requests (Zipf's law)`
      : `the ${formatCount(requests)} requests of ${trace}`;
  const values = bytes === null ? 'values have the sizes it gives' : `a value is ${formatCount(bytes)} bytes`;
  return `  ${threads} worker threads answer ${what}, dealt to them in turn as a
  load balancer does. They ask for ${formatCount(keys)} keys; ${values}. There is room for
  ${formatCount(maxSize)} entries: all of them in one cache, or ${formatCount(maxSize / threads)} in each worker's own.
`;
}

function table({ shared, private: alone, threads }: ContestResult, paint: Paint): string {
  const line = (label: string, left: string, right: string) =>
    `  ${label.padEnd(20)}${paint('bold', left.padStart(COLUMN))}${right.padStart(COLUMN)}`;
  const row = (label: string, show: (side: SideFigures) => string) => line(label, show(shared), show(alone));
  return [
    line('', 'one heddle', `${threads} × ${alone.cache}`),
    row('hit rate', (side) => formatShare(side.hit_rate)),
    row('misses', (side) => formatCount(side.misses)),
    row('requests per second', (side) => formatCount(side.requests_per_second)),
    row('memory in use', (side) => formatBytes(side.live_bytes)),
    row('  resident at work', (side) => formatBytes(side.resident_bytes)),
  ].join('\n');
}

/** What a miss costs is the reader's to say; from where on sharing is the faster way follows from the figures. */
function verdict({ shared, private: alone, threads }: ContestResult, paint: Paint): string {
  const saved = alone.misses - shared.misses;
  if (saved <= 0)
    return '\n  On these requests a shared cache saves nothing: one worker alone, or room for all keys.\n';
  const headline = `  Shared, the same room saves ${formatCount(saved)} of ${formatCount(alone.misses)} trips to the database`;
  const longer = ((shared.seconds - alone.seconds) * threads * 1e6) / saved;
  const price =
    longer <= 0
      ? 'and took no longer here, with trips that cost nothing.'
      : `and is the faster way as soon as a trip takes more than ${longer < 10 ? longer.toFixed(1) : formatCount(longer)} µs.`;
  return `\n${paint('bold', headline)},\n  ${price}\n`;
}

function footnotes({ cores, private: alone }: ContestResult): string {
  const missing =
    alone.cache === 'heddle'
      ? '\n  lru-cache is not installed here; the private caches are heddle, too.'
      : '';
  return `  A request is a get, and on a miss a put; no trip to a database is made. The workers keep abreast, within
  some hundred requests, as they do in a service. ${cores} processor cores here.
  Memory in use is what the caches and the workers' heaps have grown by, without garbage; resident what the
  process has grown by while at work, with V8's garbage and reserves, much of which it gives back when it
  rests. Each side had a process of its own.${missing}
`;
}
