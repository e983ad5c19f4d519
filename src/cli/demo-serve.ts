import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ThreadSafeCache } from '../index.js';
import { DEFAULT_PORT, serveStats } from './stats-server.js';
import { formatCount, paintFor } from './terminal.js';

/** What `heddle demo --serve` was asked for. */
export interface ServeRequest {
  readonly threads: number;
  readonly port: number;
  readonly json: boolean;
}

const MAX_SIZE = 10_000;

/** Keeps a cache busy and answers `heddle monitor`, until the process is told to end. */
export async function serveDemo({ threads, port, json }: ServeRequest): Promise<void> {
  using cache = new ThreadSafeCache({ name: 'demo', maxSize: MAX_SIZE });
  const server = await serveStats(cache, port);
  const workers = Array.from({ length: threads }, (_, index) => {
    const entry = new URL('./demo-load-worker.js', import.meta.url);
    return new Worker(entry, { workerData: { name: cache.name, seed: index } });
  });
  try {
    announce(server.url, threads, json);
    await Promise.race([signalled(), ...workers.map(failed)]);
  } finally {
    server.close();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function announce(url: string, threads: number, json: boolean): void {
  if (json) {
    console.log(JSON.stringify({ url, pid: process.pid }));
    return;
  }
  const paint = paintFor(process.stdout);
  const { port } = new URL(url);
  const option = port === `${DEFAULT_PORT}` ? '' : ` --port ${port}`;
  console.log(`
${paint('bold', 'heddle demo')}  ${threads} worker threads share a cache of ${formatCount(MAX_SIZE)} entries

  look at it   ${paint('bold', `npx heddle monitor${option}`)}
  as JSON      ${url}
  end it       Ctrl-C
`);
}

/** Resolves when the process is asked to end; it then ends by itself, in good order. */
async function signalled(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}

/** Rejects when a worker fails; never resolves. */
async function failed(worker: Worker): Promise<never> {
  const [error] = await once(worker, 'error');
  throw error;
}
