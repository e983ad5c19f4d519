/** sharedmap: a hash map in a SharedArrayBuffer. It evicts nothing; statistics and TTL it has not. */
import { valueBytes } from '../keys.js';
import { peerExport } from '../peer.js';
import type { SharedContender } from './contender.js';

interface SharedMap {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}

type SharedMapClass = new (entries: number, keyLength: number, valueLength: number) => SharedMap;

/** Keys and values of exactly the allowed length overwrite their neighbours. */
const SPARE = 8;

export const sharedMap: SharedContender = {
  name: 'sharedmap',
  isAsync: false,
  isShared: true,
  evicts: false,
  host: async ({ entries, keyLength, value }) => {
    const Class = await peerExport<SharedMapClass>('sharedmap', 'default');
    // more places than entries: it slows down when it is nearly full
    const map = new Class(Math.ceil(entries * 1.5), keyLength + SPARE, valueBytes[value] + SPARE);
    return { connection: () => ({ data: map }), close: () => {} };
  },
  connect: async (data) => {
    const { prototype } = await peerExport<SharedMapClass>('sharedmap', 'default');
    const map: SharedMap = Object.setPrototypeOf(data, prototype);
    return { get: (key) => map.get(key), put: (key, value) => map.set(key, value) };
  },
};
