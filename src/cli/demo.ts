import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, packageVersion, parse, usageError, wholeNumber } from './command.js';
import { type Contest, holdContest, printContest } from './demo-contest.js';
import { serveDemo } from './demo-serve.js';
import type { TraceSource } from './demo-side.js';
import { Tour } from './demo-tour.js';
import { walk } from './demo-walk.js';
import { DEFAULT_PORT } from './stats-server.js';
import { paintFor } from './terminal.js';
import { requireTrace } from './trace.js';

const help = `Usage: heddle demo [options]

Shows what heddle is for: first what one cache does, then what it is like when worker threads share one, beside the
same workers with a private cache each.

Options:
  --threads T       worker threads (4)
  --trace FILE      the requests they answer: a file as heddle replay takes it
                    (../shared/traces/oltp.txt.gz where it is, else made-up requests)
  --max-size N      most entries, of the shared cache or of the private ones together (a tenth of the trace's keys)
  --value-size B    bytes of a value, where the trace gives none (512)
  --json            only the comparison, as one JSON object
  --serve           instead: keeps a cache busy until Ctrl-C, for heddle monitor to look at
  --port P          port for that, on this machine only; 0: any that is free (${DEFAULT_PORT})
`;

const options = {
  threads: { type: 'string', default: '4' },
  trace: { type: 'string' },
  'max-size': { type: 'string' },
  'value-size': { type: 'string', default: '512' },
  json: { type: 'boolean', default: false },
  serve: { type: 'boolean', default: false },
  port: { type: 'string' },
} as const;

/** A bank's database, one hour (Megiddo and Modha, FAST 2003). */
const usualTrace = '../shared/traces/oltp.txt.gz';

const MOST_THREADS = 64;
const MOST_ENTRIES = 2 ** 24;
const MOST_VALUE_BYTES = 2 ** 20;
const MOST_PORT = 65_535;

/** `heddle demo` */
export const demo: Command = {
  name: 'demo',
  summary: 'what heddle is for, in less than a minute',
  help,
  async run(args) {
    const { values } = parse(args, options);
    const threads = wholeNumber('--threads', values.threads, 1, MOST_THREADS);
    const port = wholeNumber('--port', values.port ?? `${DEFAULT_PORT}`, 0, MOST_PORT);
    if (values.serve) return await serveDemo({ threads, port, json: values.json });
    if (values.port !== undefined) throw usageError('--port goes with --serve');
    const size = values['max-size'];
    const contest: Contest = {
      trace: chooseTrace(values.trace),
      threads,
      valueBytes: wholeNumber('--value-size', values['value-size'], 0, MOST_VALUE_BYTES),
      maxSize: size === undefined ? undefined : wholeNumber('--max-size', size, threads, MOST_ENTRIES),
    };
    if (values.json) console.log(JSON.stringify(await holdContest(contest)));
    else await show(contest);
  },
};

async function show(contest: Contest): Promise<void> {
  const paint = paintFor(process.stdout);
  console.log(
    `\n${paint('bold', `heddle ${packageVersion()}`)}  one cache for all worker threads of a process`,
  );
  const tour = new Tour(paint);
  await walk(tour);
  await printContest(contest, tour);
}

function chooseTrace(file: string | undefined): TraceSource {
  if (file !== undefined) {
    // now, and not after the tour
    requireTrace(file);
    return { path: resolve(file) };
  }
  const path = resolve(usualTrace);
  return existsSync(path) ? { path } : 'zipf';
}
