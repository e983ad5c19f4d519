/** An operation that a time limit of `vm` cuts off, in a thread that lives on: nothing of it reaches the next ones. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createContext, Script } from 'node:vm';
import type { ThreadSafeCache } from '../../src/index.js';
import { assertIntact, attachAgain, makeCache } from '../support/caches.js';
import { stopClock } from '../support/clock.js';

/** Places to be cut off at are met at random. */
const TRIALS = 100;
const OPTIONS = { maxSize: 10, maxBytes: '8 MiB', nearSize: 0 };

/** Runs a script on a cache until its time is over. */
function cutOff(cache: ThreadSafeCache<string>, source: string, timeout: number): void {
  const script = new Script(source);
  const context = createContext({ cache });
  assert.throws(() => script.runInContext(context, { timeout }), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' });
}

it('a get of a large value: other keys have their own values', (test) => {
  const cache = makeCache<string>(test, OPTIONS);
  cache.put('large', 'x'.repeat(9000));
  cache.put('small', 'y');
  for (let trial = 0; trial < TRIALS; trial++) {
    cutOff(cache, "for (;;) cache.get('large')", 1);
    assert.equal(cache.get('small'), 'y');
  }
  assertIntact(cache);
});

it('a load of a stale value: what has expired is not there for others', (test) => {
  const clock = stopClock(test);
  const cache = makeCache<string>(test, OPTIONS);
  cache.put('large', 'x'.repeat(400_000), 1);
  cache.put('small', 'y', 1);
  clock.pass(2);
  for (let trial = 0; trial < TRIALS; trial++) {
    cutOff(cache, "for (;;) cache.getOrLoad('large', () => 'z', { staleFor: 100 }).catch(() => {})", 1);
    assert.equal(cache.peek('small'), undefined);
  }
});

it('a computation: nobody is blocked for its timeout', async (test) => {
  const cache = makeCache<string>(test, OPTIONS);
  const other = attachAgain(test, cache);
  cutOff(cache, "cache.getOrCompute('k', () => { for (;;); }, { timeout: 60 })", 50);
  await setImmediate();
  const start = performance.now();
  assert.equal(
    other.getOrCompute('k', () => 'computed'),
    'computed',
  );
  assert.ok(performance.now() - start < 30_000);
  assertIntact(cache);
});

it('a listener: later events are told, by its own thread as soon as its stack is empty', async (test) => {
  const cache = makeCache<string>(test, OPTIONS);
  const told: unknown[] = [];
  cache.onRemoval((event) => {
    told.push('key' in event ? event.key : undefined);
    while ('key' in event && event.key === 'a');
  });
  const remove = (key: string): void => {
    cache.put(key, 1);
    cache.delete(key);
  };
  cache.put('a', 1);
  // long enough to come to the listener
  cutOff(cache, "cache.delete('a')", 500);
  remove('b');
  await setImmediate();
  assert.deepEqual(told, ['a', 'b']);
  remove('c');
  assert.deepEqual(told, ['a', 'b', 'c']);
});

it('a computation: its key can be computed again', async (test) => {
  const cache = makeCache<string>(test, OPTIONS);
  cutOff(cache, "cache.getOrCompute('a', () => { for (;;); })", 20);
  await setImmediate();
  assert.equal(
    cache.getOrCompute('a', () => cache.getOrCompute('b', () => 'y')),
    'y',
  );
  assert.deepEqual([cache.peek('a'), cache.peek('b')], ['y', 'y']);
});
