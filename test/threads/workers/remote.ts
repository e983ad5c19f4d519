/** A thread that does what it is told: see support/remote.ts. */
import { parentPort } from 'node:worker_threads';
import { type CacheHandle, type CacheOptions, ThreadSafeCache } from '../../../src/index.js';
import { type Answer, type CommandName, type Question, Remote } from '../../support/remote.js';

const caches: ThreadSafeCache[] = [];
let child: Remote | undefined;

/** The cache that was attached to last. */
function cache(): ThreadSafeCache {
  const [last] = caches.slice(-1);
  if (last === undefined) throw new Error('nothing is attached');
  return last;
}

/** Everything that can be asked for. What a command answers is sent back. */
const commands: Record<CommandName, (...args: never[]) => unknown> = {
  create: (options: CacheOptions) => void caches.push(new ThreadSafeCache(options)),
  open: (name: string) => void caches.push(ThreadSafeCache.open(name)),
  attach: (handle: CacheHandle) => void caches.push(ThreadSafeCache.attach(handle)),
  handle: () => cache().handle,
  put: (key: string, value: unknown, ttl?: number) => cache().put(key, value, ttl),
  get: (key: string) => cache().get(key),
  has: (key: string) => cache().has(key),
  size: () => cache().size,
  stats: () => cache().getStats(),
  shutdown: () => cache().shutdown(),
  /** Puts many keys, `prefix 0` and so on, in one go. */
  fill: (prefix: string, count: number, ttl?: number) => {
    for (let index = 0; index < count; index++) cache().put(`${prefix} ${index}`, index, ttl);
  },
  /** Starts a thread below this one. */
  startChild: async (): Promise<void> => {
    child = await Remote.start();
  },
  /** Has that thread do something. */
  askChild: (name: CommandName, ...args: unknown[]): unknown => child?.ask(name, ...args),
  /** Uses the cache while this thread exits, after everybody else's exit handlers; leaves how that went. */
  useAtExit: (outcome: Int32Array) => {
    process.on('exit', () => {
      try {
        outcome[0] = cache().getStats().threads;
        cache().put('at exit', 'x');
      } catch (error) {
        outcome[0] = (error as { code?: string }).code === 'ERR_CACHE_CLOSED' ? -1 : -2;
      }
    });
  },
  exit: () => process.exit(),
  /** Asks for memory until the thread is ended for it. */
  exhaust: () => {
    // each in pages of its own: what the collector moves at once from small ones may exceed the limit so far that it
    // ends the process
    for (const all: unknown[] = []; ; ) all.push(cache().get('a'), Array(50_000).fill(all.length));
  },
  /** An error nobody catches. */
  crash: () => {
    setImmediate(() => {
      throw new Error('on purpose');
    });
  },
};

parentPort?.on('message', async ({ id, name, args }: Question) => {
  const command = commands[name] as (...args: unknown[]) => unknown;
  const answer: Answer = { id };
  try {
    answer.result = await command(...args);
  } catch (error) {
    answer.error = { code: (error as { code?: string }).code, message: String(error) };
  }
  parentPort?.postMessage(answer);
});
