/** lmdb: a memory-mapped B+tree, here without syncing to the disk. It evicts nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerExport } from '../peer.js';
import type { SharedContender } from './contender.js';

interface Database {
  get(key: string): string | undefined;
  put(key: string, value: string): Promise<boolean>;
  close(): Promise<void>;
}

type Open = (options: { path: string; encoding: 'string'; noSync: boolean; mapSize: number }) => Database;

const MAP_BYTES = 2 ** 31;

async function open(path: string): Promise<Database> {
  const openDatabase = await peerExport<Open>('lmdb', 'open');
  return openDatabase({ path, encoding: 'string', noSync: true, mapSize: MAP_BYTES });
}

export const lmdb: SharedContender = {
  name: 'lmdb',
  isAsync: true,
  getsAtOnce: true,
  isShared: true,
  evicts: false,
  host: async () => {
    await peerExport('lmdb', 'open');
    const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
    return {
      connection: () => ({ data: join(folder, 'cache') }),
      close: () => rmSync(folder, { recursive: true, force: true }),
    };
  },
  connect: async (data) => {
    const database = await open(data as string);
    return {
      get: (key) => database.get(key),
      put: (key, value) => database.put(key, value),
      close: () => database.close(),
    };
  },
};
