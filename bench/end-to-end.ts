/** Question 6: an HTTP server of several threads with a slow backend, under a real load. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadTrace } from '../src/cli/trace.js';
import { zipfTrace } from '../src/cli/zipf.js';
import type { ServerAnswer, ServerOrder, Sharing } from './lib/http/messages.js';
import { digits, ratios, type Spread, spread, spreadText } from './lib/numbers.js';
import { NotInstalled, peerExport } from './lib/peer.js';
import { type Answer, type Progress, type Question, unique } from './lib/report.js';
import { root } from './lib/root.js';
import type { Scale } from './lib/scale.js';
import { heddle } from './lib/shared/heddle.js';
import { privateLruCache } from './lib/shared/private.js';
import { nodeRedis } from './lib/shared/redis.js';

const CONNECTIONS = 32;
const THREADS = 2;
const SKEW = 0.99;
/** A bank's database, one hour of it; the repository may not contain it. */
const TRACE = '../shared/traces/oltp.txt.gz';
const contenders = [heddle.name, privateLruCache.name, nodeRedis.name];

type Autocannon = (options: {
  url: string;
  connections: number;
  amount: number;
  requests: { setupRequest(request: { path?: string }): { path?: string }; onResponse(): void }[];
}) => PromiseLike<{
  requests: { total: number };
  latency: { p50: number; p99: number };
  errors: number;
  non2xx: number;
}>;

interface Run {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly backendCalls: number;
}

/** The keys that are asked for, and where they are from. */
function requests(count: number): { keys: string[]; source: string } {
  const file = fileURLToPath(new URL(TRACE, root));
  const isReal = existsSync(file);
  const {
    text,
    starts,
    requests: all,
  } = isReal ? loadTrace(file) : zipfTrace(count, Math.ceil(count / 4), SKEW);
  const bytes = Buffer.from(text.buffer);
  const keys = Array.from({ length: Math.min(count, all) }, (_, i) =>
    bytes.toString('latin1', starts[i], starts[i + 1]),
  );
  return {
    keys,
    source: isReal ? 'the trace oltp' : 'made-up requests, Zipf 0.99 (there is no ../shared/traces)',
  };
}

/** One server, started, loaded with all requests, and stopped. */
async function load(
  contender: string,
  keys: readonly string[],
  entries: number,
): Promise<Run & { sharing: Sharing }> {
  const autocannon = await peerExport<Autocannon>('autocannon', 'default');
  const order: ServerOrder = { contender, entries, threads: THREADS };
  const server = fork(fileURLToPath(new URL('./lib/http/server.js', import.meta.url)), [
    JSON.stringify(order),
  ]);
  try {
    const started = await answerOf(server);
    if (started.kind === 'absent') throw new Absent(started.why);
    if (started.kind !== 'listening') throw new Error(`Cannot load ${contender}: it does not listen`);
    let next = 0;
    // autocannon itself notices the end up to a second later
    let end = 0;
    const start = performance.now();
    const result = await autocannon({
      url: `http://127.0.0.1:${started.port}`,
      ...{ connections: Math.min(CONNECTIONS, keys.length), amount: keys.length },
      requests: [
        {
          setupRequest: (request) => {
            request.path = `/${keys[next++ % keys.length]}`;
            return request;
          },
          onResponse: () => {
            end = performance.now();
          },
        },
      ],
    });
    if (result.errors + result.non2xx > 0) {
      throw new Error(`Cannot load ${contender}: ${result.errors} errors, ${result.non2xx} wrong answers`);
    }
    const stopped = answerOf(server);
    server.send('stop');
    const said = await stopped;
    if (said.kind !== 'stopped') throw new Error(`Cannot load ${contender}: it does not stop`);
    return {
      perSecond: (1000 * result.requests.total) / (end - start),
      p99Ms: result.latency.p99,
      backendCalls: said.backendCalls,
      sharing: started.sharing,
    };
  } finally {
    if (server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit');
      if (server.connected) server.disconnect();
      await ended;
    }
  }
}

/** A server that cannot start for want of something. */
class Absent extends Error {}

async function answerOf(server: ChildProcess): Promise<ServerAnswer> {
  const ended = once(server, 'exit').then(() => {
    throw new Error('Cannot load a server: its process ended');
  });
  ended.catch(() => {});
  const [answer] = await Promise.race([once(server, 'message'), ended]);
  return answer as ServerAnswer;
}

interface Figure {
  readonly contender: string;
  readonly perSecond: Spread;
  readonly besideHeddle: Spread;
  readonly p99Ms: Spread;
  readonly backendCalls: Spread;
}

function figuresOf(runs: ReadonlyMap<string, readonly Run[]>): Figure[] {
  const ours = (runs.get(heddle.name) ?? []).map(({ perSecond }) => perSecond);
  return [...runs]
    .filter(([, own]) => own.length > 0)
    .map(([contender, own]) => {
      const perSecond = own.map((run) => run.perSecond);
      return {
        contender,
        perSecond: spread(perSecond),
        besideHeddle: ratios(perSecond, ours),
        p99Ms: spread(own.map((run) => run.p99Ms)),
        backendCalls: spread(own.map((run) => run.backendCalls)),
      };
    });
}

/** The same in another order, so that nobody is always first. */
function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

async function measure(
  scale: Scale,
  keys: readonly string[],
  entries: number,
  progress: Progress,
): Promise<{ runs: Map<string, Run[]>; absent: string[]; sharing: Sharing | undefined }> {
  const runs = new Map(contenders.map((contender) => [contender, [] as Run[]]));
  const absent: string[] = [];
  let sharing: Sharing | undefined;
  // the load generator has to be compiled, too: the first server would pay for that
  const order = [heddle.name];
  for (let at = 0; at < scale.heapRuns; at++) order.push(...rotated(contenders, at));
  for (const [at, contender] of order.entries()) {
    progress(at === 0 ? 'warming up' : `${contender}, server ${at} of ${order.length - 1}`);
    try {
      const run = await load(contender, keys, entries);
      sharing = run.sharing;
      if (at > 0) runs.get(contender)?.push(run);
    } catch (error) {
      if (!(error instanceof Absent || error instanceof NotInstalled)) throw error;
      absent.push(error.message);
    }
  }
  return { runs, absent, sharing };
}

export const endToEnd: Question = {
  name: '6',
  title: 'End to end',
  method:
    `An HTTP server of ${THREADS} worker threads in a process of its own; what the cache does not have, a backend ` +
    `delivers after 2 ms. autocannon asks over ${CONNECTIONS} connections for one key of the trace after the other. ` +
    'Shared heddle and private lru-caches hold the same number of entries together; every run begins with an empty ' +
    'cache, the servers take turns.',
  notShown: [
    'The load generator uses the same processors as the server: a machine with more of them has more requests per ' +
      'second.',
    'Redis holds every entry here, it cannot be bounded by their number: that is in its favour.',
    'Two requests at once for a key that is not there both ask the backend, with every cache.',
  ],
  async run(scale: Scale, progress: Progress): Promise<Answer> {
    const { keys, source } = requests(scale.requests);
    const entries = Math.max(2, Math.floor(keys.length / 8));
    const { runs, absent, sharing } = await measure(scale, keys, entries, progress);
    const figures = figuresOf(runs);
    const rows = figures.map(({ contender, perSecond, besideHeddle, p99Ms, backendCalls }) => [
      contender,
      digits(perSecond.median),
      contender === heddle.name ? '–' : `×${spreadText(besideHeddle)}`,
      `${digits(p99Ms.median)} ms`,
      digits(backendCalls.median),
    ]);
    const title =
      `${keys.length.toLocaleString('en')} requests of ${source}, ${entries.toLocaleString('en')} entries` +
      (sharing === undefined ? '' : `, ${sharing}`);
    const columns = ['', 'requests per second', 'beside heddle', 'p99', 'backend calls'];
    const bars = figures.map(({ contender, perSecond }) => ({ label: contender, value: perSecond }));
    return {
      tables: rows.length === 0 ? [] : [{ title, columns, rows }],
      charts:
        rows.length === 0
          ? {}
          : {
              'end-to-end': {
                kind: 'bars',
                title: 'HTTP server with a backend of 2 ms',
                unit: 'requests per second (median and quartiles of the runs)',
                groups: [{ label: source, bars }],
              },
            },
      figures: { source, sharing, entries, figures, runs: Object.fromEntries(runs) },
      absent: unique(absent),
    };
  },
};
