/** Redis over a private unix socket, without persistence, by its two clients. */
import { peerExport } from '../peer.js';
import type { SharedContender, SharedHost } from './contender.js';
import { startServer } from './server.js';

interface Ioredis {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<unknown>;
  quit(): Promise<unknown>;
}

interface NodeRedis {
  connect(): Promise<unknown>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<unknown>;
  close(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

type CreateClient = (options: {
  socket: { path: string; tls: false };
  commandOptions: { timeout: undefined };
}) => NodeRedis;

async function host(peer: string): Promise<SharedHost> {
  await peerExport(peer, peer === 'redis' ? 'createClient' : 'default');
  const server = await startServer('redis-server', (socket, folder) => [
    ...['--port', '0', '--unixsocket', socket, '--dir', folder],
    ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
  ]);
  return { connection: () => ({ data: server.socket }), close: () => server.close() };
}

const traits = { isAsync: true, isShared: true, evicts: false } as const;

/** By ioredis, as it comes: its automatic pipelines would make those wait longer that await each command. */
export const ioredis: SharedContender = {
  ...traits,
  name: 'Redis by ioredis',
  host: () => host('ioredis'),
  connect: async (data) => {
    type Class = new (options: { path: string }) => Ioredis;
    const Redis = await peerExport<Class>('ioredis', 'default');
    const client = new Redis({ path: data as string });
    return {
      get: async (key) => (await client.get(key)) ?? undefined,
      put: (key, value) => client.set(key, value),
      close: () => client.quit(),
    };
  },
};

/** By node-redis, which would start a timer for each command if it was not told otherwise. */
export const nodeRedis: SharedContender = {
  ...traits,
  name: 'Redis by node-redis',
  host: () => host('redis'),
  connect: async (data) => {
    const createClient = await peerExport<CreateClient>('redis', 'createClient');
    const client = createClient({
      socket: { path: data as string, tls: false },
      commandOptions: { timeout: undefined },
    });
    client.on('error', (error) => {
      throw error;
    });
    await client.connect();
    return {
      get: async (key) => (await client.get(key)) ?? undefined,
      put: (key, value) => client.set(key, value),
      close: () => client.close(),
    };
  },
};
