/**
 * The clock is not asked before a deadline has been met: an operation that brings no time says that it needs it, where an
 * entry might be over by now, and has done nothing; where no entry has a deadline it goes through.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Engine, Status } from '../../src/memory/engine.js';
import { Seat } from '../../src/memory/seat.js';
import { assertIntact, contentOf, makeCache } from '../support/caches.js';

const OPTIONS = { maxSize: 1, maxBytes: '1 MiB', shards: 1, cleanupInterval: 0 } as const;
/** Instead of a time, µs. */
const NONE = 0;
const NOW = 1_000_000;
const TTL = 1000;
/** {length, kind} of a key of one byte, and of a number. */
const KEY = 1 * 8;
const VALUE = 8 * 8;
/** Of an entry that is not there. */
const ABSENT = 0;

const operations: Readonly<Record<string, (engine: Engine, version: number) => number>> = {
  get: (engine) => engine.get(KEY, NONE),
  peek: (engine) => engine.peek(KEY, NONE),
  has: (engine) => engine.has(KEY, NONE),
  ttl: (engine) => engine.ttl(KEY, NONE),
  touch: (engine) => engine.touch(KEY, NONE, 0),
  put: (engine) => engine.put(KEY, VALUE, NONE, 0, 0),
  'put where nothing may be': (engine) => engine.putIf(KEY, VALUE, NONE, 0, 0, ABSENT),
  'put over a version': (engine, version) => engine.putIf(KEY, VALUE, NONE, 0, 0, version),
  add: (engine) => engine.add(KEY, VALUE, 1, NONE, 0),
  'take at a version': (engine, version) => engine.take(KEY, version, NONE),
  'take what is not there': (engine) => engine.take(KEY, ABSENT, NONE),
  delete: (engine) => engine.deleteKey(KEY, NONE),
  scan: (engine) => engine.scan(0, 0, 0, NONE, 1),
};

/** A seat at a cache that is full of one entry. */
function prepare(test: TestContext, ttl: number): { seat: Seat; version: number; check: () => void } {
  const cache = makeCache(test, OPTIONS);
  const { module, memory } = contentOf(cache);
  const seat = new Seat(module, memory);
  test.after(() => seat.leave());
  write(seat, 'a');
  assert.equal(seat.engine.put(KEY, VALUE, NOW, ttl, 0), Status.OK);
  const check = () => {
    write(seat, 'a');
    assert.equal(seat.engine.ttl(KEY, NOW), ttl);
    assert.deepEqual(
      Array.from({ length: 6 }, (_, index) => seat.engine.counter(index)),
      [0, 0, 1, 0, 0, 0],
    );
    assertIntact(cache);
  };
  return { seat, version: seat.entryVersion, check };
}

function write({ keyScratch, valueScratch }: Seat, key: string): void {
  keyScratch.write(key, 'latin1');
  valueScratch.fill(0, 0, 8);
}

for (const [name, operation] of Object.entries(operations)) {
  describe(name, () => {
    it('asks for the clock where the entry has a deadline', (test) => {
      const { seat, version, check } = prepare(test, TTL);
      assert.equal(operation(seat.engine, version), Status.NEEDS_CLOCK);
      check();
    });

    it('does without where it has none', (test) => {
      const { seat, version } = prepare(test, 0);
      const result = operation(seat.engine, version);
      assert.ok(result >= 0 || result === Status.CONFLICT, `${result}`);
    });
  });
}

describe('a put that evicts', () => {
  it('asks for the clock where the oldest entry has a deadline', (test) => {
    const { seat, check } = prepare(test, TTL);
    write(seat, 'b');
    assert.equal(seat.engine.put(KEY, VALUE, NONE, 0, 0), Status.NEEDS_CLOCK);
    check();
  });

  it('does without where it has none', (test) => {
    const { seat } = prepare(test, 0);
    write(seat, 'b');
    assert.equal(seat.engine.put(KEY, VALUE, NONE, 0, 0), Status.OK);
  });
});
