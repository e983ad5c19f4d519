/** The user's own code runs in the middle of an operation (getters, a codec, a logger) and uses the cache itself. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { CacheLogger, CacheOptions, ThreadSafeCache, ValueCodec } from '../../src/index.js';
import { Seat } from '../../src/memory/seat.js';
import { assertIntact, attachAgain, contentOf, makeCache } from '../support/caches.js';

/** A value whose getter does something while it is being put, and then reads as `{ a: 'outer' }`. */
function doing(run: () => void): object {
  return {
    get a() {
      run();
      return 'outer';
    },
  };
}

describe('a getter of the value that is put', () => {
  const inner: Record<string, (cache: ThreadSafeCache) => void> = {
    'puts another key': (cache) => cache.put('b', 'inner'),
    'puts a text that is written at once': (cache) => cache.put('b', 'inner '.repeat(5)),
    'puts a large value': (cache) => cache.put('b', 'x'.repeat(100_000)),
    'puts an object': (cache) => cache.put('b', { b: { c: 1 } }),
    'puts the same key': (cache) => cache.put('a', 'inner'),
    'puts a value whose getter puts': (cache) =>
      cache.put(
        'b',
        doing(() => cache.put('c', 'innermost')),
      ),
    'reads, looks and counts': (cache) => [
      cache.get('a'),
      cache.peek('b'),
      cache.has('c'),
      cache.size,
      cache.getStats(),
    ],
    'deletes the same key': (cache) => cache.delete('a'),
    clears: (cache) => cache.clear(),
    'fills the cache': (cache) => {
      for (let key = 0; key < 20; key++) cache.put(key, key);
    },
  };
  for (const [name, run] of Object.entries(inner)) {
    it(name, (test) => {
      const cache = makeCache(test, { maxSize: 10, maxBytes: '4 MiB' });
      for (const before of [undefined, 'x', 'x'.repeat(10_000)]) {
        cache.put('a', before);
        cache.put(
          'a',
          doing(() => run(cache)),
        );
        assert.deepEqual(cache.get('a'), { a: 'outer' });
        assertIntact(cache);
      }
      if (name.startsWith('puts another')) assert.equal(cache.get('b'), 'inner');
      if (name.startsWith('puts a value')) assert.equal(cache.get('c'), 'innermost');
    });
  }

  it('throws: nothing has changed', (test) => {
    const cache = makeCache(test, { maxSize: 10 });
    cache.put('a', 'before');
    const problem = new Error('from the getter');
    const value = doing(() => {
      throw problem;
    });
    assert.throws(() => cache.put('a', value), { code: 'ERR_VALUE_NOT_CLONEABLE', cause: problem });
    assert.equal(cache.get('a'), 'before');
    assert.equal(cache.getStats().puts, 1);
  });

  it('shuts the cache down: the put finds it closed', (test) => {
    const cache = makeCache(test, { maxSize: 10 });
    assert.throws(
      () =>
        cache.put(
          'a',
          doing(() => cache.shutdown()),
        ),
      { code: 'ERR_CACHE_CLOSED' },
    );
  });

  it('detaches this thread: the put finds it closed, and touches no slot that is somebody else’s now', (test) => {
    const creator = makeCache(test, { maxSize: 10 });
    const cache = attachAgain(test, creator);
    assert.throws(
      () =>
        cache.put(
          'a',
          doing(() => cache.shutdown()),
        ),
      { code: 'ERR_CACHE_CLOSED' },
    );
    assert.equal(creator.size, 0);
    assert.equal(creator.getStats().threads, 1);
  });
});

it('a function of update detaches this thread: its text is not written where somebody else’s slot is now', (test) => {
  const creator = makeCache(test, { maxSize: 10 });
  const cache = attachAgain(test, creator);
  const { module, memory } = contentOf(creator);
  const next: Seat[] = [];
  const detach = () => {
    cache.shutdown();
    const seat = new Seat(module, memory);
    seat.valueScratch.fill(0xee);
    next.push(seat);
    return 'x'.repeat(24);
  };
  assert.throws(() => cache.update('a', detach), { code: 'ERR_CACHE_CLOSED' });
  assert.equal(next.length, 1);
  for (const seat of next) {
    assert.ok(seat.valueScratch.every((byte) => byte === 0xee));
    seat.leave();
  }
});

describe('a codec', () => {
  /** Runs something before it encodes and before it decodes. */
  function codecDoing(run: () => void, decoded: (text: string) => unknown = JSON.parse): ValueCodec {
    return {
      encode(value) {
        run();
        return Buffer.from(JSON.stringify(value));
      },
      decode(bytes) {
        run();
        return decoded(Buffer.from(bytes).toString());
      },
    };
  }

  /** A cache with a codec that uses it once it is there. */
  function cacheWith(
    test: TestContext,
    options: Partial<CacheOptions>,
    run: (cache: ThreadSafeCache) => void,
    decoded?: (text: string) => unknown,
  ) {
    let isInside = false;
    const codec = codecDoing(() => {
      if (isInside) return;
      isInside = true;
      try {
        run(cache);
      } finally {
        isInside = false;
      }
    }, decoded);
    const cache = makeCache(test, { maxSize: 10, ...options, codec });
    return cache;
  }

  for (const freeze of [false, true]) {
    it(`reads and writes other entries, freeze ${freeze}`, (test) => {
      const cache = cacheWith(test, { freeze }, (self) => {
        self.put('other', 'x');
        self.get('other');
        self.get('nothing');
      });
      for (let round = 0; round < 5; round++) {
        cache.put('a', { round });
        for (let count = 0; count < 5; count++) assert.deepEqual(cache.get('a'), { round });
      }
      assertIntact(cache);
    });

    it(`reads an entry that never changes, freeze ${freeze}`, (test) => {
      // what it decodes to may be handed out again, or is frozen: either may be kept by the thread
      const cache = cacheWith(
        test,
        { freeze },
        (self) => void self.get('other'),
        freeze ? JSON.parse : String,
      );
      cache.put('other', 'x');
      for (let round = 0; round < 5; round++) {
        cache.put('a', { round });
        const expected = freeze ? { round } : JSON.stringify({ round });
        for (let count = 0; count < 5; count++) assert.deepEqual(cache.get('a'), expected);
      }
    });
  }

  it('decodes to something frozen that can still be changed: each reader gets its own', (test) => {
    const cache = cacheWith(
      test,
      { freeze: true },
      () => {},
      () => Object.freeze(new Map([['a', 1]])),
    );
    cache.put('a', {});
    for (let count = 0; count < 5; count++) {
      const value = cache.get('a') as Map<string, number>;
      assert.equal(value.get('a'), 1);
      value.set('a', 2);
    }
  });

  it('throws while it decodes: the caller sees that, the entry stays', (test) => {
    let isBroken = true;
    const cache = cacheWith(
      test,
      {},
      () => {},
      (text) => {
        if (isBroken) throw new Error('cannot decode');
        return JSON.parse(text);
      },
    );
    cache.put('a', { b: 1 });
    assert.throws(() => cache.get('a'), { message: 'cannot decode' });
    isBroken = false;
    assert.deepEqual(cache.get('a'), { b: 1 });
  });
});

describe('a logger', () => {
  /** A logger that does something at each line that tells of a removal, once it may. */
  function loggerDoing(run: () => void): CacheLogger {
    let isInside = false;
    const debug = () => {
      if (isInside) return;
      isInside = true;
      try {
        run();
      } finally {
        isInside = false;
      }
    };
    return { debug, info: () => {}, warn: debug, error: () => {} };
  }

  it('puts what was evicted into the cache', (test) => {
    const logger = loggerDoing(() => cache.put('again', 'x'));
    const cache = makeCache(test, { maxSize: 2, logger });
    for (let key = 0; key < 20; key++) {
      cache.put(key, 'x'.repeat(key * 1000));
      assert.ok(cache.size <= 2);
      assert.equal(cache.get('again') ?? 'x', 'x');
    }
    assertIntact(cache);
  });

  it('removes what is told after what it is told of', (test) => {
    const logger = loggerDoing(() => cache.delete('large'));
    const cache = makeCache(test, { maxSize: 2, maxBytes: '4 MiB', logger });
    const told: unknown[] = [];
    cache.onRemoval((event) => told.push(event));
    cache.put('a', 1);
    cache.put('b', 2);
    cache.put('large', 3);
    assert.deepEqual(told, [
      { key: 'a', cause: 'evicted' },
      { key: 'large', cause: 'deleted' },
    ]);
  });

  it('shuts the cache down: the put that it tells of is done', (test) => {
    const logger = loggerDoing(() => cache.shutdown());
    const cache = makeCache(test, { maxSize: 1, logger });
    cache.put('a', 1);
    cache.put('b', 2);
    assert.throws(() => cache.get('b'), { code: 'ERR_CACHE_CLOSED' });
  });

  it('throws, and nobody notices', (test) => {
    const logger = loggerDoing(() => {
      throw new Error('disk full');
    });
    const cache = makeCache(test, { maxSize: 1, logger });
    for (let key = 0; key < 5; key++) cache.put(key, key);
    assert.equal(cache.get(4), 4);
  });
});
