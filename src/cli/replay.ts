import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { type CacheStats, ThreadSafeCache } from '../index.js';
import { toWire } from '../stats.js';
import { type Command, parse, usageError, wholeNumber } from './command.js';
import { withProgress } from './progress.js';
import { type Outcome, ReplayTeam } from './replay-team.js';
import { formatStats } from './stats-table.js';
import { formatCount, formatRows, formatShare, paintFor } from './terminal.js';
import { loadTrace } from './trace.js';

const help = `Usage: heddle replay TRACE --max-size N [options]

Replays a trace of requests against one cache: each request is a get, and on a miss a put. Prints the hit ratio, the
throughput and the cache's statistics.

TRACE is a text file, also one compressed by gzip: one key per line, in the order of the requests. In a file named
….sized.txt or ….sized.txt.gz a line is a key and the size of its value in bytes.

Options:
  --max-size N      most entries in the cache (required)
  --threads T       worker threads that share the cache; the requests are dealt to them in turn (1)
  --shards S        independently locked parts of the cache, a power of two up to 64 (by cores)
  --max-bytes B     memory budget of the cache, a number or like '256 MiB' (by --max-size)
  --value-size B    bytes of a value, where the trace gives none (64)
  --json            print one JSON object

One thread gives exact LRU, to the last hit. With several it depends a little on which thread is faster.
`;

const options = {
  'max-size': { type: 'string' },
  'max-bytes': { type: 'string' },
  'value-size': { type: 'string', default: '64' },
  threads: { type: 'string', default: '1' },
  shards: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** Worker threads at most: far beyond what is of use. */
const MOST_THREADS = 128;
const MOST_ENTRIES = 2 ** 26;
const MOST_VALUE_BYTES = 2 ** 28;

/** What the command line asked for. */
interface Request {
  readonly file: string;
  readonly maxSize: number;
  readonly maxBytes: number | string | undefined;
  readonly valueBytes: number;
  readonly threads: number;
  readonly shards: number | undefined;
}

/** `heddle replay` */
export const replay: Command = {
  name: 'replay',
  summary: "what hit ratio a cache gives on a trace of your service's requests",
  help,
  async run(args) {
    const { values, positionals } = parse(args, options, 1);
    const [file] = positionals;
    const { 'max-size': maxSize, 'max-bytes': maxBytes, 'value-size': valueSize, shards } = values;
    if (file === undefined) throw usageError('a trace file is required');
    if (maxSize === undefined) throw usageError('--max-size is required');
    const request: Request = {
      file,
      maxSize: wholeNumber('--max-size', maxSize, 1, MOST_ENTRIES),
      maxBytes: maxBytes !== undefined && /^\d+$/.test(maxBytes) ? Number(maxBytes) : maxBytes,
      valueBytes: wholeNumber('--value-size', valueSize, 0, MOST_VALUE_BYTES),
      threads: wholeNumber('--threads', values.threads, 1, MOST_THREADS),
      shards: shards === undefined ? undefined : wholeNumber('--shards', shards, 1, 64),
    };
    const { outcome, stats } = await replayFile(request);
    if (values.json) console.log(JSON.stringify(toJson(request, outcome, stats)));
    else print(request, outcome, stats);
  },
};

async function replayFile(request: Request): Promise<{ outcome: Outcome; stats: CacheStats }> {
  const { file, maxSize, maxBytes, shards, threads, valueBytes } = request;
  // first, since a wrong option is found in no time and a trace may be long
  using cache = new ThreadSafeCache({ maxSize, maxBytes, shards, cleanupInterval: false });
  const trace = loadTrace(file);
  const source = { kind: 'shared', name: cache.name } as const;
  const team = await ReplayTeam.start({ trace, threads, source, valueBytes });
  try {
    const outcome = await withProgress(
      trace.requests,
      () => team.done,
      () => team.run(),
    );
    return { outcome, stats: cache.getStats() };
  } finally {
    await team.end();
  }
}

function toJson({ file, threads }: Request, { seconds, tooLarge }: Outcome, stats: CacheStats): object {
  const { hits, hitRate, totalRequests } = stats;
  return {
    trace: basename(file),
    requests: totalRequests,
    threads,
    hits,
    hit_rate: hitRate,
    too_large: tooLarge,
    seconds,
    requests_per_second: totalRequests / seconds,
    stats: toWire(stats),
  };
}

function print({ file, threads }: Request, { seconds, tooLarge }: Outcome, stats: CacheStats): void {
  const paint = paintFor(process.stdout);
  const { hitRate, totalRequests } = stats;
  const who = threads === 1 ? 'one thread' : `${threads} threads on ${availableParallelism()} cores`;
  console.log(`\n${paint('bold', basename(file))}  ${formatCount(totalRequests)} requests, ${who}\n`);
  console.log(
    formatRows(
      [
        ['hit ratio', formatShare(hitRate, 2)],
        [
          'throughput',
          formatCount(totalRequests / seconds),
          `requests per second, ${seconds.toFixed(2)} s in all`,
        ],
        ...(tooLarge > 0
          ? [['too large', formatCount(tooLarge), 'values that can never fit, not put'] as const]
          : []),
      ],
      paint,
    ),
  );
  console.log(`\n${formatStats(stats, paint)}\n`);
}
