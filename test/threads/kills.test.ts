/**
 * Threads are terminated at random instants, 200 of them, while others work. Nobody waits for the dead, nothing they
 * held is lost, and what is left is whole.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CacheOptions, ThreadSafeCache } from '../../src/index.js';
import { makeCache, untilIntact } from '../support/caches.js';
import { Control, enlist } from '../support/crew.js';
import { checkValue, makeValue } from '../support/named-values.js';
import { Random, seedOf } from '../support/random.js';
import { until } from '../support/until.js';
import type { StormJob } from './workers/storm.js';

const KILLS = 50;
const SURVIVORS = 2;
/** Victims at work at the same time; each has a word of its own in the control. */
const VICTIMS = 2;
/** Milliseconds from a victim's start, or from its first piece of work, to its end: at most. */
const LIFE_MS = 10;

const settings: Record<string, { options: CacheOptions; job: StormJob }> = {
  'small values, one shard': { options: { maxSize: 200, shards: 1 }, job: { keys: 300, longest: 300 } },
  'small values, four shards': { options: { maxSize: 200, shards: 4 }, job: { keys: 300, longest: 300 } },
  'large values, one shard, few bytes': {
    options: { maxSize: 200, maxBytes: '4 MiB', shards: 1 },
    job: { keys: 300, longest: 200_000 },
  },
  'large values, four shards': {
    options: { maxSize: 100, maxBytes: '64 MiB', shards: 4 },
    job: { keys: 150, longest: 200_000 },
  },
};

/** A storm over one cache. */
class Storm {
  readonly control = new Control(SURVIVORS + VICTIMS);
  readonly #test: TestContext;
  readonly #cache: ThreadSafeCache<string>;
  readonly #job: StormJob;
  readonly #random: Random;

  constructor(test: TestContext, cache: ThreadSafeCache<string>, job: StormJob, random: Random) {
    this.#test = test;
    this.#cache = cache;
    this.#job = job;
    this.#random = random;
  }

  start(index: number): ReturnType<typeof enlist<string>> {
    const seed = this.#random.integer();
    const data = { handle: this.#cache.handle, index, seed, control: this.control.words, ...this.#job };
    return enlist<string>(this.#test, 'storm', data);
  }

  /** Starts a victim and terminates it: mostly at work, now and then while it starts. */
  async kill(index: number): Promise<void> {
    const { worker } = this.start(index);
    const before = this.control.progress(index);
    await once(worker, 'online');
    if (this.#random.chance(0.8)) await until(() => this.control.progress(index) > before, 'a victim begins');
    await sleep((this.#random.below(1000) / 1000) * LIFE_MS);
    await worker.terminate();
  }

  /** This thread uses the cache as well, and every survivor goes on. */
  async assertProgress(): Promise<void> {
    const before = Array.from({ length: SURVIVORS }, (_, index) => this.control.progress(index));
    for (let count = 0; count < 20; count++) this.#useOnce();
    await until(
      () => before.every((progress, index) => this.control.progress(index) > progress),
      'the survivors go on',
    );
  }

  #useOnce(): void {
    const key = `key ${this.#random.below(this.#job.keys)}`;
    const value = this.#cache.get(key);
    if (value !== undefined) checkValue(value, key);
    this.#cache.put(key, makeValue(key, this.#random.integer(), this.#random.spread(1, this.#job.longest)));
    assert.ok(this.#cache.size <= this.#cache.getStats().maxSize);
  }
}

describe('threads die, the others do not notice', () => {
  for (const [name, { options, job }] of Object.entries(settings)) {
    it(name, async (test) => {
      const seed = seedOf(process.env['HEDDLE_SEED']);
      test.diagnostic(`seed ${seed}`);
      const cache = makeCache<string>(test, { cleanupInterval: 0.05, ...options });
      await until(() => cache.getStats().threads === 2, 'the cleaner is there');
      const empty = cache.getStats();

      const storm = new Storm(test, cache, job, new Random(seed));
      const survivors = Array.from({ length: SURVIVORS }, (_, index) => storm.start(index));
      for (let kills = 0; kills < KILLS; kills += VICTIMS) {
        await Promise.all(Array.from({ length: VICTIMS }, (_, index) => storm.kill(SURVIVORS + index)));
        await storm.assertProgress();
      }
      storm.control.stop();
      for (const survivor of survivors) assert.equal(await survivor.result, 'done');

      await until(() => cache.getStats().threads === empty.threads, 'the slots of the dead come back');
      await untilIntact(cache);
      assert.equal(cache.getStats().rebuilds, 0);
      cache.clear();
      await until(() => cache.getStats().bytesUsed === empty.bytesUsed, 'all memory comes back');
      await untilIntact(cache);
    });
  }
});
