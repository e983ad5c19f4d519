/**
 * A lock whose owner is dead, or was cut off by a trap, with an engine that was broken for it: see deadly-engine.ts. The
 * others take over within a bounded time, lose that shard at most, and say so in the statistics and in the log.
 */
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import type { ThreadSafeCache } from '../../src/index.js';
import { untilIntact } from '../support/caches.js';
import { Control, launch } from '../support/crew.js';
import {
  compileDeadly,
  FATAL_LENGTH,
  type Fate,
  lay,
  type Place,
  places,
  shardOfLastPut,
  untilReached,
} from '../support/deadly-engine.js';
import { RecordingLogger } from '../support/logger.js';
import { makeCacheOver } from '../support/mutant-cache.js';
import { Remote } from '../support/remote.js';
import { until } from '../support/until.js';
import { bytesWithoutSlots } from './storm/aftermath.js';
import type { StormData } from './storm/job.js';

const SHARDS = 4;
/** Entries that nobody changes: what is left of them shows what was lost. */
const KEPT = 200;
const FATAL = 'x'.repeat(FATAL_LENGTH);
const SURVIVORS = 2;

let engines: ReadonlyMap<Place, WebAssembly.Module>;
before(async () => {
  engines = await compileDeadly();
});

/** A cache over an engine that is deadly in one place, with entries of known shards. */
class Scene {
  readonly place: Place;
  readonly logger = new RecordingLogger();
  readonly cache: ThreadSafeCache<string>;
  /** Bytes in use without the kept entries. */
  readonly baseline: number;
  /** By key. */
  readonly #shards = new Map<string, number>();

  constructor(test: TestContext, place: Place, cleanupInterval: number) {
    this.place = place;
    const module = engines.get(place) as WebAssembly.Module;
    // with the smallest budget there is one arena, which everybody needs; with the other there are four
    const maxBytes = this.isInShard ? '64 MiB' : '1 MiB';
    const options = { maxSize: 400, maxBytes, shards: SHARDS, nearSize: 0, cleanupInterval };
    this.cache = makeCacheOver(module, { ...options, logger: this.logger });
    test.after(() => this.cache.shutdown());
    this.baseline = bytesWithoutSlots(this.cache);
    for (let index = 0; index < KEPT; index++) {
      const key = `kept ${index}`;
      this.cache.put(key, key);
      this.#shards.set(key, shardOfLastPut(this.cache));
    }
    // for the places where something is replaced, or freed
    this.cache.put('fatal', place === 'an arena: a block is freed' ? FATAL : 'to be replaced');
    if (place === 'a shard: an insert') this.cache.delete('fatal');
  }

  /** What is to be put under the key `fatal` to get there. */
  get fatal(): string {
    return this.place === 'an arena: a block is freed' ? 'short' : FATAL;
  }

  get isInShard(): boolean {
    return this.place.startsWith('a shard');
  }

  /** Fails unless all is there but what stands in this shard (0: in none), and unless that is usable again. */
  assertLostAtMost(shard: number): void {
    for (const [key, its] of this.#shards) {
      const value = this.cache.get(key);
      if (value === undefined) assert.equal(its, shard, `${key} of another shard is lost`);
      else assert.equal(value, key);
    }
    // longer than what is there: each needs another block
    const again = 'again'.repeat(20);
    for (const key of this.#shards.keys()) this.cache.put(key, again);
    for (const key of this.#shards.keys()) assert.equal(this.cache.get(key), again);
  }

  /** Fails unless exactly one take-over was counted, and told of once, in this thread or elsewhere. */
  async assertToldOnce(elsewhere = 0): Promise<void> {
    assert.equal(this.cache.getStats().rebuilds, 1);
    // it is told when the operation that has met it is through
    await Promise.resolve();
    const lines = this.logger.at('warn');
    assert.equal(lines.length + elsewhere, 1, lines.join('\n'));
    for (const line of lines) {
      assert.match(line, /: a thread died inside the cache; rebuilt 1 part\(s\) of it, entries may be lost$/);
    }
  }

  /** Nothing is lost for good. The count, which may be too high by one since, is right after a clear. */
  async assertWholeAgain(): Promise<void> {
    await until(() => {
      for (let turn = 0; turn < 100; turn++) this.cache.clear();
      return bytesWithoutSlots(this.cache) === this.baseline;
    }, 'all memory comes back');
    await untilIntact(this.cache);
    assert.equal(this.cache.size, 0);
    assert.equal(this.cache.getStats().rebuilds, 1);
  }
}

/** Has another thread perish. It lives on after a trap, and does not after it hung: then it is terminated. */
async function letPerish(
  { cache, place, fatal }: Pick<Scene, 'cache' | 'place' | 'fatal'>,
  fate: Fate,
  victim: Remote,
): Promise<number> {
  await victim.ask('attach', cache.handle);
  lay(cache, place, fate);
  const put = victim.ask('put', 'fatal', fatal);
  if (fate === 'traps') {
    await assert.rejects(put, /RuntimeError: unreachable/);
    return untilReached(cache);
  }
  const shard = await untilReached(cache);
  await victim.terminate();
  await assert.rejects(put, { code: 'ENDED' });
  return shard;
}

for (const place of places) {
  describe(`with the lock of ${place}`, () => {
    it('a thread dies: the next that comes takes over', async (test) => {
      const scene = new Scene(test, place, 0);
      const shard = await letPerish(scene, 'hangs', await Remote.start(test));
      scene.assertLostAtMost(shard);
      await scene.assertToldOnce();
      await scene.assertWholeAgain();
    });

    it('a thread traps and lives: nobody waits for it, and it goes on', async (test) => {
      const scene = new Scene(test, place, 0);
      const victim = await Remote.start(test);
      const shard = await letPerish(scene, 'traps', victim);
      scene.assertLostAtMost(shard);
      await victim.ask('put', 'fatal', FATAL);
      assert.equal(await victim.ask('get', 'fatal'), FATAL);
      assert.equal(scene.cache.get('fatal'), FATAL);
      await scene.assertToldOnce(1);
      await scene.assertWholeAgain();
    });

    it('this thread traps: it goes on, and its log says so', async (test) => {
      const scene = new Scene(test, place, 0);
      lay(scene.cache, place, 'traps');
      assert.throws(() => scene.cache.put('fatal', scene.fatal), WebAssembly.RuntimeError);
      scene.assertLostAtMost(await untilReached(scene.cache));
      await scene.assertToldOnce();
      await scene.assertWholeAgain();
    });
  });
}

describe('while others are at work', () => {
  for (const place of places) {
    for (const fate of ['hangs', 'traps'] as const) {
      it(`a thread ${fate} in ${place}: they go on`, async (test) => {
        const scene = new Scene(test, place, 0);
        const control = new Control(SURVIVORS);
        const warnings = new Int32Array(new SharedArrayBuffer(4));
        const job = { keys: 100, longest: 500, ttl: { chance: 0, seconds: 1 }, clears: false };
        const survivors = Array.from({ length: SURVIVORS }, (_, index) => {
          const own = { source: { handle: scene.cache.handle }, index, seed: index, control: control.words };
          const data: StormData = { ...job, ...own, after: 0, warnings };
          return launch<string>(test, 'storm', data).ended;
        });
        const shard = await letPerish(scene, fate, await Remote.start(test));
        const past = survivors.map((_, index) => control.progress(index));
        const goOn = (): boolean => past.every((count, index) => control.progress(index) > count + 1000);
        await until(goOn, 'the survivors go on');
        control.stop();
        for (const { sent, error } of await Promise.all(survivors)) assert.equal(sent, 'done', error?.stack);
        scene.assertLostAtMost(shard);
        // a thread that trapped has no logger here
        await scene.assertToldOnce(Atomics.load(warnings, 0) + (fate === 'traps' ? 1 : 0));
        await scene.assertWholeAgain();
      });
    }
  }
});

describe('when nobody comes', () => {
  it('the cleaner takes over, and the thread that has started it writes the line', async (test) => {
    const scene = new Scene(test, 'a shard: an insert', 0.05);
    await until(() => scene.cache.getStats().threads === 2, 'the cleaner is there');
    const shard = await letPerish(scene, 'hangs', await Remote.start(test));
    await until(() => scene.logger.at('warn').length > 0, 'a line in the log');
    await scene.assertToldOnce();
    scene.assertLostAtMost(shard);
    await scene.assertWholeAgain();
  });
});

describe('when inserts have been counted that were not made', () => {
  const PLACE = 'a shard: an insert';
  const cases = [1, 2].flatMap((maxSize) => (['hangs', 'traps'] as const).map((fate) => ({ maxSize, fate })));
  for (const { maxSize, fate } of cases) {
    it(`a cache of ${maxSize} is not full for ever: a thread ${fate}`, { timeout: 60_000 }, async (test) => {
      const options = { maxSize, shards: SHARDS, nearSize: 0, cleanupInterval: 0 };
      const cache: ThreadSafeCache<string> = makeCacheOver(engines.get(PLACE) as WebAssembly.Module, options);
      test.after(() => cache.shutdown());
      const other = await Remote.start(test);
      await other.ask('attach', cache.handle);
      for (let time = 0; time < maxSize; time++) {
        await letPerish({ cache, place: PLACE, fatal: FATAL }, fate, await Remote.start(test));
        // a lock that is left is met here, or by the puts
        if (time > 0) cache.get('fatal');
      }
      await other.ask('fill', 'key', 20);
      assert.equal(cache.get('key 19'), 19);
      assert.equal(cache.size, maxSize);
      await untilIntact(cache);
    });
  }
});
