/** memcached over a private unix socket. */
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { peerExport } from '../peer.js';
import type { SharedContender } from './contender.js';
import { startServer } from './server.js';

type Done<Result> = (error: unknown, result: Result) => void;

interface Client {
  get(key: string, done: Done<string | undefined>): void;
  set(key: string, value: string, seconds: number, done: Done<boolean>): void;
  end(): void;
}

type ClientClass = new (socket: string, options: { poolSize: number }) => Client;

const MEGABYTES = 1024;
/** Its client has one request under way on a connection: as many as there are requests at a time. */
const CONNECTIONS = 64;

export const memcached: SharedContender = {
  name: 'memcached',
  isAsync: true,
  isShared: true,
  evicts: false,
  host: async () => {
    await peerExport('memcached', 'default');
    const server = await startServer('memcached', (socket) => [
      ...['-s', socket, '-m', String(MEGABYTES)],
      ...(userInfo().uid === 0 ? ['-u', 'root'] : []),
    ]);
    return { connection: () => ({ data: server.socket }), close: () => server.close() };
  },
  connect: async (data) => {
    const Memcached = await peerExport<ClientClass>('memcached', 'default');
    const client = new Memcached(data as string, { poolSize: CONNECTIONS });
    const get = promisify<string, string | undefined>((key, done) => client.get(key, done));
    const put = promisify<string, string, boolean>((key, value, done) => client.set(key, value, 0, done));
    return { get, put, close: () => client.end() };
  },
};
