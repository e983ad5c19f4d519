/**
 * A shard that has no free record left, as it happens by chance once in 10^15 caches: its own least recently used entry
 * makes room, although the cache is not full. The keys are chosen by the hash that the cache has for them.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ThreadSafeCache } from '../../src/index.js';
import { assertIntact, contentOf, engineOf, makeCache } from '../support/caches.js';
import { ALL } from '../support/effort.js';
import type { Patch } from '../support/mutant.js';
import { compileModules, makeCacheOver } from '../support/mutant-cache.js';
import { Doors } from '../support/structures.js';

const SHARDS = 16;
const OPTIONS = { maxSize: 10_000, maxBytes: '16 MiB', shards: SHARDS, cleanupInterval: 0 } as const;

const open = await Doors.opener();

/** As many keys of the first shard as it has records, and two more. */
function keysOf(cache: ThreadSafeCache): string[] {
  const doors = open(contentOf(cache).memory);
  const { headerRecordsPerShard, headerSeed0 } = doors.at;
  // the last thread slot is nobody's
  const engine = engineOf(cache);
  const scratch = engine.slotAddress(engine.slotCount() - 1) >>> 0;
  const seeds = [doors.u64(headerSeed0), doors.u64(headerSeed0 + 8)] as const;
  const wanted = doors.u32(headerRecordsPerShard) + 2;
  const keys: string[] = [];
  for (let number = 0; keys.length < wanted; number++) {
    const key = `key ${number}`;
    doors.bytes.set(Buffer.from(key.padEnd(16, '\0')), scratch + 1024);
    const hash = BigInt.asUintN(64, doors.call.siphash13(scratch + 1024, key.length, ...seeds));
    if (((hash >> 58n) & BigInt(SHARDS - 1)) === 0n) keys.push(key);
  }
  return keys;
}

/** Throws unless the shard's own oldest entry goes, by the order in which they were used. */
function check(cache: ThreadSafeCache): void {
  const keys = keysOf(cache);
  const [first, second, third] = keys as [string, string, string];
  const last = keys.pop() as string;
  const oneMore = keys.pop() as string;
  for (const key of keys) cache.put(key, key);
  assert.equal(cache.size, keys.length);
  assert.equal(cache.getStats().evictions, 0);
  assert.equal(cache.get(first), first);
  cache.put(oneMore, 1);
  assert.deepEqual(
    [first, second, oneMore].map((key) => cache.has(key)),
    [true, false, true],
  );
  cache.put(last, 1);
  assert.equal(cache.has(third), false);
  const { evictions, currentSize } = cache.getStats();
  assert.deepEqual({ evictions, currentSize }, { evictions: 2, currentSize: keys.length });
  assertIntact(cache);
}

const defect: Patch = {
  file: 'removal.ts',
  edits: [['if (!onlyLeftover && applyLogs() != OK) return BUSY;', '']],
};

describe('a shard without a free record', () => {
  it('gives up its own oldest entry', (test) => check(makeCache(test, OPTIONS)));

  if (ALL) {
    it('is looked at: an engine that does not ask for the last uses is found', async (test) => {
      const [module] = await compileModules([defect]);
      const cache = makeCacheOver(module as WebAssembly.Module, OPTIONS);
      test.after(() => cache.shutdown());
      assert.throws(() => check(cache), { code: 'ERR_ASSERTION' });
    });
  }
});
