/** One worker thread of the HTTP server under load: a cache, and a slow backend behind it. @module */
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { sharedCache } from '../shared-caches.js';
import type { Handed, Handled, HandlerData } from './messages.js';

const BACKEND_MS = 2;
const BODY_LENGTH = 200;

const { contender, connection, backendCalls, port } = workerData as HandlerData;
const cache = await sharedCache(contender).connect(connection);

/** The body for a key; undefined when the cache has answered with another key's. */
async function answer(key: string): Promise<string | undefined> {
  const cached = (await cache.get(key)) as string | undefined;
  if (cached !== undefined) return cached.startsWith(`${key} `) ? cached : undefined;
  Atomics.add(backendCalls, 0, 1);
  await sleep(BACKEND_MS);
  const body = `${key} `.padEnd(BODY_LENGTH, '.');
  await cache.put(key, body);
  return body;
}

if (port === undefined) {
  parentPort?.on('message', async ([id, key]: Handed) => {
    parentPort?.postMessage([id, await answer(key)] satisfies Handled);
  });
  parentPort?.postMessage('ready');
} else {
  const server = createServer(async ({ url = '/' }, response) => {
    const body = await answer(url.slice(1));
    if (body === undefined) response.statusCode = 500;
    response.end(body);
  });
  // unknown to the types of the oldest Node.js that is supported, which never comes here
  const options: { port: number; host: string } = Object.assign(
    { port, host: '127.0.0.1' },
    { reusePort: true },
  );
  server.listen(options, () => parentPort?.postMessage('ready'));
}
