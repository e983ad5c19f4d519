/**
 * A reader of a large value beside a writer who replaces it whenever the reader has copied it: after four attempts in vain
 * the reader asks writers to wait, has its copy, and lets them go on. Both are seats of this thread, and the writer's turn
 * comes with the reader's question whether its copy holds; so the reader loses each time, without any luck.
 */
import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import type { ThreadSafeCache } from '../../src/index.js';
import { type Engine, Status } from '../../src/memory/engine.js';
import { Seat } from '../../src/memory/seat.js';
import { Store } from '../../src/store.js';
import { assertIntact, contentOf, makeCache } from '../support/caches.js';
import { stopClock } from '../support/clock.js';

/** More than passes through the scratch. */
const LENGTH = 10_000;
const ATTEMPTS = 4;

function seatOn(test: TestContext, cache: ThreadSafeCache): Seat {
  const { module, memory } = contentOf(cache);
  const seat = new Seat(module, memory);
  test.after(() => seat.leave());
  return seat;
}

/** Replaces the value of `a` by so many of one letter; the answer, BUSY while a reader holds it. */
function replace(seat: Seat, letter: string, now: number): number {
  const { engine, memory, places } = seat;
  const key = seat.keyScratch.write('a', 'latin1') * 8;
  assert.equal(engine.reserve(key, LENGTH * 8, now, 0), Status.OK);
  const block = seat.field(places.slotHand) + places.blockPayload + 1;
  Buffer.from(memory.buffer, block, LENGTH).fill(letter);
  const result = engine.put(key, LENGTH * 8, now, 0, 0);
  seat.emptyHands();
  return result;
}

it('a reader that has lost four times is waited for', (test) => {
  // a hold lasts 50 ms
  stopClock(test);
  const cache = makeCache<string>(test, { maxSize: 10, maxBytes: '1 MiB', cleanupInterval: 0 });
  cache.put('a', 'x'.repeat(LENGTH));
  const [seat, writer] = [seatOn(test, cache), seatOn(test, cache)];
  const answers: number[] = [];
  const { engine } = seat;
  const interrupted: Engine = {
    ...engine,
    confirm: (touch, now) => {
      assert.ok(answers.length <= ATTEMPTS, 'lost again');
      answers.push(replace(writer, 'bcdef'[answers.length] ?? '', now));
      return engine.confirm(touch, now);
    },
  };
  Object.assign(seat, { engine: interrupted });
  const nobody = { isInterested: false, hasListeners: false, removed() {}, pressed() {} };
  const store = new Store(seat, undefined, contentOf(cache).options, nobody);
  assert.equal(store.get('a'), 'e'.repeat(LENGTH));
  assert.deepEqual(answers, [...Array.from({ length: ATTEMPTS }, () => Status.OK), Status.BUSY]);
  const { hits, misses, puts } = cache.getStats();
  assert.deepEqual({ hits, misses, puts }, { hits: 1, misses: 0, puts: 1 + ATTEMPTS });
  assert.equal(replace(writer, 'z', 1), Status.OK, 'the hold has ended');
  assertIntact(cache);
});
