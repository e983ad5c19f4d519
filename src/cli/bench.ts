import { availableParallelism, constants, cpus, loadavg } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { clockCost, LEAST_VALUE_BYTES } from './bench-requests.js';
import { type BenchPlan, type BenchRow, measureRow } from './bench-row.js';
import { type BenchSetting, formatNotes, formatSetting, formatTable } from './bench-table.js';
import {
  type Command,
  CommandError,
  packageVersion,
  parse,
  seconds,
  share,
  usageError,
  wholeNumber,
} from './command.js';
import { withProgress } from './progress.js';
import { formatBytes, paintFor } from './terminal.js';
import { zipfTable } from './zipf.js';

const help = `Usage: heddle bench [options]

Measures how fast heddle is on this machine, with this Node.js and your mix of requests: worker threads that share one
cache, in turns with as many that have a private Map each, of the same size together. A read is a get, and on a miss a
put; the other requests are puts. Every value read must be its key's, and the cache's statistics must be what the
threads have counted: else there are no figures.

Options:
  --threads T       1, 2, 4 … up to so many worker threads (the processor cores)
  --entries N       most entries, of the shared cache or of the private ones together (100000)
  --keys K          different keys that are asked for, by Zipf's law (twice the entries)
  --reads R         share of the requests that are reads, from 0 to 1 (0.95)
  --value-size B    bytes of a value, at least ${LEAST_VALUE_BYTES}: it names its key (100)
  --seconds S       seconds of work for each number of threads, half of them for each side (2)
  --seed N          another number makes other random requests (1)
  --json            print one JSON object
`;

const options = {
  threads: { type: 'string' },
  entries: { type: 'string', default: '100000' },
  keys: { type: 'string' },
  reads: { type: 'string', default: '0.95' },
  'value-size': { type: 'string', default: '100' },
  seconds: { type: 'string', default: '2' },
  seed: { type: 'string', default: '1' },
  json: { type: 'boolean', default: false },
} as const;

const MOST_THREADS = 128;
const MOST_ENTRIES = 2 ** 24;
const MOST_VALUE_BYTES = 2 ** 20;
const MOST_SEED = 2 ** 32 - 1;
/** What most services are asked for is near to 1 (Breslau et al.); 0.99 is what benchmarks of caches agree on (YCSB). */
const SKEW = 0.99;

/** A turn is at most so long: whatever else the machine does should meet both sides. */
const MOST_TURN_SECONDS = 0.25;

/** Room that is beyond doubt: what is measured is the limit of entries. Reserved memory costs nothing. */
const [BASE_BYTES, THREAD_BYTES, ENTRY_BYTES, VALUE_FACTOR] = [2 ** 26, 2 ** 21, 256, 1.25];
const MOST_BYTES = 2 ** 32;

/** `heddle bench` */
export const bench: Command = {
  name: 'bench',
  summary: 'how fast heddle is on this machine, beside a private Map in each thread',
  help,
  async run(args) {
    const { values } = parse(args, options);
    const setting = settingOf(values);
    const paint = paintFor(process.stdout);
    const signalled = watchSignals();
    if (!values.json) console.log(`\n${formatSetting(setting, paint)}\n`);
    const rows = await measure(setting, () => signalled() === undefined);
    const signal = signalled();
    if (!values.json && rows.length > 0)
      console.log(`${formatTable(rows, paint)}\n\n${formatNotes(setting, paint)}\n`);
    if (signal !== undefined)
      throw new CommandError(
        `Cannot finish the benchmark: ${signal} has ended it`,
        128 + constants.signals[signal],
      );
    if (values.json) console.log(JSON.stringify({ ...setting, load_after: load(), rows }));
  },
};

type Values = ReturnType<typeof parse<typeof options>>['values'];

function settingOf(values: Values): BenchSetting {
  const cores = availableParallelism();
  const threads = wholeNumber('--threads', values.threads ?? `${cores}`, 1, MOST_THREADS);
  const entries = wholeNumber('--entries', values.entries, threads, MOST_ENTRIES);
  const valueBytes = wholeNumber('--value-size', values['value-size'], LEAST_VALUE_BYTES, MOST_VALUE_BYTES);
  const maxBytes = memoryFor(entries, valueBytes, threads);
  if (maxBytes > MOST_BYTES)
    throw usageError(
      `--entries ${entries} of --value-size ${valueBytes} take ${formatBytes(maxBytes)}, at most ${formatBytes(MOST_BYTES)} is required`,
    );
  return {
    version: packageVersion(),
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores,
    load_before: load(),
    threads,
    entries,
    keys: wholeNumber('--keys', values.keys ?? `${entries * 2}`, 1, MOST_ENTRIES * 2),
    skew: SKEW,
    reads: share('--reads', values.reads),
    value_bytes: valueBytes,
    max_bytes: maxBytes,
    seconds: seconds('--seconds', values.seconds, 0.1, 3600),
    seed: wholeNumber('--seed', values.seed, 0, MOST_SEED),
    clock_ns: clockCost(),
  };
}

function memoryFor(entries: number, valueBytes: number, threads: number): number {
  return BASE_BYTES + THREAD_BYTES * threads + entries * (ENTRY_BYTES + Math.ceil(valueBytes * VALUE_FACTOR));
}

/** Processes that wanted to run, averaged over a minute. */
function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

type EndingSignal = 'SIGINT' | 'SIGTERM';

/** The signal that has come, if one has. The turn under way is finished then; a second one ends the process at once. */
function watchSignals(): () => EndingSignal | undefined {
  let signal: EndingSignal | undefined;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      signal = name;
    });
  }
  return () => signal;
}

/** Measures row by row, as long as that is wanted: the rows that are finished. */
async function measure(setting: BenchSetting, isWanted: () => boolean): Promise<BenchRow[]> {
  // for workers that are started from now on: what they hold can be told from their garbage only when that is gone
  setFlagsFromString('--expose-gc');
  const plan = planOf(setting);
  const counts = threadCounts(setting.threads);
  const rows: BenchRow[] = [];
  let turns = 0;
  const turned = () => {
    turns++;
    return isWanted();
  };
  await withProgress(
    counts.length * 2 * (plan.rounds + 1),
    () => turns,
    async () => {
      for (const threads of counts) {
        const row = await measureRow(plan, threads, turned);
        if (row === undefined) return;
        rows.push(row);
      }
    },
    'turns',
  );
  return rows;
}

function planOf({ entries, keys, reads, value_bytes, max_bytes, seconds, seed }: BenchSetting): BenchPlan {
  // an even number: neither side is the first one more often
  const rounds = 2 * Math.ceil(seconds / 2 / MOST_TURN_SECONDS / 2);
  return {
    mix: { table: zipfTable(keys, SKEW), reads, valueBytes: value_bytes, seed },
    entries,
    maxBytes: max_bytes,
    rounds,
    turnSeconds: seconds / 2 / rounds,
  };
}

/** 1, 2, 4 … and the most. */
function threadCounts(most: number): number[] {
  const counts: number[] = [];
  for (let threads = 1; threads < most; threads *= 2) counts.push(threads);
  return [...counts, most];
}
