/**
 * The clock is not asked before a deadline has been met: an operation that brings no time says that it needs it, where an
 * entry might be over by now, and has done nothing; where no entry has a deadline it goes through. With a time it goes by
 * that to the microsecond.
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

/** The number of the counter of expired entries. */
const EXPIRED = 5;
/** What removes an entry that it finds expired. */
const REMOVERS = ['get', 'put', 'put where nothing may be', 'take what is not there', 'delete'];

type Operation = (engine: Engine, now: number, version: number) => number;

const operations: Readonly<Record<string, Operation>> = {
  get: (engine, now) => engine.get(KEY, now),
  peek: (engine, now) => engine.peek(KEY, now),
  has: (engine, now) => engine.has(KEY, now),
  ttl: (engine, now) => engine.ttl(KEY, now),
  touch: (engine, now) => engine.touch(KEY, now, 0),
  put: (engine, now) => engine.put(KEY, VALUE, now, 0, 0),
  'put where nothing may be': (engine, now) => engine.putIf(KEY, VALUE, now, 0, 0, ABSENT),
  'put over a version': (engine, now, version) => engine.putIf(KEY, VALUE, now, 0, 0, version),
  add: (engine, now) => engine.add(KEY, VALUE, 1, now, 0),
  'take at a version': (engine, now, version) => engine.take(KEY, version, now),
  'take what is not there': (engine, now) => engine.take(KEY, ABSENT, now),
  delete: (engine, now) => engine.deleteKey(KEY, now),
  scan: (engine, now) => engine.scan(0, 0, 0, now, 1),
};

/** What they answer where the entry is there, and where its time is over. */
const answers: Readonly<Record<string, readonly [before: number, after: number]>> = {
  get: [VALUE, Status.EXPIRED],
  peek: [VALUE, Status.MISS],
  has: [Status.OK, Status.MISS],
  ttl: [1, Status.MISS],
  touch: [Status.OK, Status.MISS],
  put: [Status.OK, Status.OK],
  'put where nothing may be': [Status.CONFLICT, Status.OK],
  'put over a version': [Status.OK, Status.CONFLICT],
  add: [Status.OK, Status.MISS],
  'take at a version': [Status.OK, Status.CONFLICT],
  'take what is not there': [Status.CONFLICT, Status.EXPIRED],
  delete: [Status.OK, Status.EXPIRED],
  scan: [VALUE, Status.MISS],
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
      assert.equal(operation(seat.engine, NONE, version), Status.NEEDS_CLOCK);
      check();
    });

    it('does without where it has none', (test) => {
      const { seat, version } = prepare(test, 0);
      const result = operation(seat.engine, NONE, version);
      assert.ok(result >= 0 || result === Status.CONFLICT, `${result}`);
    });

    it('finds the entry until a microsecond before its deadline, and not at it', (test) => {
      for (const [index, now] of [NOW + TTL - 1, NOW + TTL].entries()) {
        const { seat, version } = prepare(test, TTL);
        assert.equal(operation(seat.engine, now, version), answers[name]?.[index], `${now}`);
        const isOver = index === 1 && REMOVERS.includes(name);
        assert.equal(seat.engine.counter(EXPIRED), isOver ? 1 : 0, 'counted as expired');
      }
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
