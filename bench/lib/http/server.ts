/** The HTTP server under load, in a process of its own: it starts the cache and the worker threads. @module */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { NotInstalled } from '../peer.js';
import type { SharedHost } from '../shared/contender.js';
import { sharedCache } from '../shared-caches.js';
import {
  canReusePort,
  type Handled,
  type HandlerData,
  type ServerAnswer,
  type ServerOrder,
} from './messages.js';

const order: ServerOrder = JSON.parse(process.argv[2] ?? '');
const backendCalls = new Int32Array(new SharedArrayBuffer(4));
const workers: Worker[] = [];

try {
  const wanted = { entries: order.entries, keyLength: 16, value: 'string200', ttl: undefined } as const;
  const host = await sharedCache(order.contender).host(wanted, order.threads);
  process.on('message', () => void stop(host));
  process.on('disconnect', () => process.exit());
  say(await (canReusePort() ? shareThePort(host) : handOn(host)));
} catch (error) {
  if (!(error instanceof NotInstalled)) throw error;
  say({ kind: 'absent', why: error.message });
  process.disconnect();
}

function say(answer: ServerAnswer): void {
  process.send?.(answer);
}

async function stop(host: SharedHost): Promise<void> {
  // their clients would take the end of their server for an error
  await Promise.all(workers.map((worker) => worker.terminate()));
  await host.close();
  process.send?.(
    { kind: 'stopped', backendCalls: Atomics.load(backendCalls, 0) } satisfies ServerAnswer,
    () => process.exit(),
  );
}

async function startHandlers(host: SharedHost, port: number | undefined): Promise<void> {
  for (let i = 0; i < order.threads; i++) {
    const { data: connection, transfer = [] } = host.connection();
    const workerData: HandlerData = { contender: order.contender, connection, backendCalls, port };
    const worker = new Worker(new URL('./handler.js', import.meta.url), {
      workerData,
      transferList: transfer,
    });
    await once(worker, 'message');
    workers.push(worker);
  }
}

/** Every thread listens on the same port, and the system chooses one for each connection. */
async function shareThePort(host: SharedHost): Promise<ServerAnswer> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  await startHandlers(host, port);
  return { kind: 'listening', port, sharing: 'reusePort' };
}

/** This thread accepts, and hands the requests on in turn. */
async function handOn(host: SharedHost): Promise<ServerAnswer> {
  await startHandlers(host, undefined);
  const waiting = new Map<number, ServerResponse>();
  let last = 0;
  for (const worker of workers) {
    worker.on('message', ([id, body]: Handled) => {
      const response = waiting.get(id);
      waiting.delete(id);
      if (response && body === undefined) response.statusCode = 500;
      response?.end(body);
    });
  }
  const server = createServer(({ url = '/' }, response) => {
    const id = ++last;
    waiting.set(id, response);
    workers[id % workers.length]?.postMessage([id, url.slice(1)]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { kind: 'listening', port: (server.address() as AddressInfo).port, sharing: 'one accepting thread' };
}
