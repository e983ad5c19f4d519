/** An lru-cache in the thread that starts the others, asked by messages: what sharing takes without shared memory. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { peerExport } from '../peer.js';
import type { SharedContender } from './contender.js';

interface LruCache {
  get(key: string): unknown;
  set(key: string, value: unknown): unknown;
}

/** `[number, key]` is a get, `[number, key, value]` a put; answered by `[number, value]`. */
type Request = readonly [id: number, key: string, value?: string];
type Reply = readonly [id: number, value: unknown];

export const messagePort: SharedContender = {
  name: 'lru-cache behind a MessagePort',
  isAsync: true,
  isShared: true,
  evicts: true,
  host: async ({ entries }) => {
    const LRUCache = await peerExport<new (options: { max: number }) => LruCache>('lru-cache', 'LRUCache');
    const cache = new LRUCache({ max: entries });
    const ports: MessagePort[] = [];
    return {
      connection: () => {
        const { port1, port2 } = new MessageChannel();
        ports.push(port1);
        port1.on('message', ([id, key, value]: Request) => {
          if (value !== undefined) cache.set(key, value);
          port1.postMessage([id, value === undefined ? cache.get(key) : undefined] satisfies Reply);
        });
        return { data: port2, transfer: [port2] };
      },
      close: () => {
        for (const port of ports) port.close();
      },
    };
  },
  connect: async (data) => {
    const port = data as MessagePort;
    const waiting = new Map<number, (value: unknown) => void>();
    let last = 0;
    port.on('message', ([id, value]: Reply) => {
      waiting.get(id)?.(value);
      waiting.delete(id);
    });
    const ask = (key: string, value?: string) =>
      new Promise((resolve) => {
        const id = ++last;
        waiting.set(id, resolve);
        port.postMessage(value === undefined ? [id, key] : [id, key, value]);
      });
    return { get: (key) => ask(key), put: ask, close: () => port.close() };
  },
};
