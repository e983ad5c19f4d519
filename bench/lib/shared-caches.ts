/** The caches that several threads use at once: heddle and its peers. */
import type { SharedContender } from './shared/contender.js';
import { heddle, heddleFrozen, heddleWithoutNear, privateHeddle } from './shared/heddle.js';
import { lmdb } from './shared/lmdb.js';
import { memcached } from './shared/memcached.js';
import { messagePort } from './shared/message-port.js';
import { privateLruCache, privateMap } from './shared/private.js';
import { ioredis, nodeRedis } from './shared/redis.js';
import { sharedMap } from './shared/sharedmap.js';

/** All that run in threads. The one that runs in processes is in shared/cluster.ts. */
export const sharedCaches: readonly SharedContender[] = [
  heddle,
  heddleWithoutNear,
  heddleFrozen,
  sharedMap,
  lmdb,
  messagePort,
  ioredis,
  nodeRedis,
  memcached,
  privateLruCache,
  privateMap,
  privateHeddle,
];

/** The contender of a name. */
export function sharedCache(name: string): SharedContender {
  const found = sharedCaches.find((contender) => contender.name === name);
  if (found === undefined) throw new Error(`Cannot find a contender named '${name}'`);
  return found;
}
