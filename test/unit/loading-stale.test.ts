import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import type { CacheKey, LoadOptions, RemovalEvent, ThreadSafeCache } from '../../src/index.js';
import { Failures } from '../../src/loading/failures.js';
import { nowMicros } from '../../src/memory/clock.js';
import { Status } from '../../src/memory/engine.js';
import { Seat } from '../../src/memory/seat.js';
import { contentOf, makeCache } from '../support/caches.js';
import { stopClock } from '../support/clock.js';
import { failureOf } from '../support/errors.js';

function make(test: TestContext) {
  const clock = stopClock(test);
  const cache: ThreadSafeCache<CacheKey, unknown> = makeCache(test, { maxSize: 100, shards: 1 });
  let loads = 0;
  const get = (options: LoadOptions, failure?: Error) =>
    cache.getOrLoad(
      'key',
      () => {
        loads++;
        if (failure) throw failure;
        return `load ${loads}`;
      },
      options,
    );
  return { clock, cache, get, count: () => loads };
}

/** What the cleaner does in a round. */
function clean(cache: ThreadSafeCache): void {
  const { module, memory } = contentOf(cache);
  const seat = new Seat(module, memory);
  while (seat.engine.clean(0, nowMicros(), 1000, 0) !== Status.MISS);
  seat.leave();
}

function throwIt(thrown: unknown): never {
  throw thrown;
}

/** Lets loads in the background come to their end. */
async function settle(): Promise<void> {
  for (let count = 0; count < 5; count++) await turn();
}

describe('staleFor', () => {
  const options = { ttl: 10, staleFor: 20 };

  it('serves what has expired at once, while it is loaded anew', async (test) => {
    const { clock, cache, get } = make(test);
    await get(options);
    clock.pass(11);
    assert.equal(await get(options), 'load 1');
    assert.equal(await get(options), 'load 1');
    await settle();
    assert.equal(await get(options), 'load 2');
    const { loads, staleServed } = cache.getStats();
    assert.deepEqual({ loads, staleServed }, { loads: 2, staleServed: 2 });
  });

  it('shows it to nobody else', async (test) => {
    const { clock, cache, get } = make(test);
    await get(options);
    clock.pass(11);
    assert.deepEqual([cache.get('key'), cache.peek('key'), cache.has('key')], [undefined, undefined, false]);
    assert.deepEqual([cache.ttl('key'), cache.touch('key'), [...cache.keys()]], [undefined, false, []]);
    // without staleFor it is loaded
    assert.equal(await get({ ttl: 10 }), 'load 2');
  });

  it('ends with whatever removes or replaces the key', async (test) => {
    const { clock, cache, get } = make(test);
    const writes: [(key: string) => unknown, unknown][] = [
      [() => cache.clear(), undefined],
      [() => cache.take('key'), undefined],
      [() => cache.putIfAbsent('key', 'put'), 'put'],
      [() => cache.update('key', (value) => [value]), [undefined]],
      [() => cache.increment('key'), 1],
    ];
    for (const [write, left] of writes) {
      await get(options);
      clock.pass(11);
      write('key');
      assert.deepEqual(cache.peek('key'), left);
      const next = await cache.getOrLoad('key', () => 'new', options);
      assert.deepEqual(next, left ?? 'new');
      cache.clear();
    }
  });

  it('serves large values', async (test) => {
    const { clock, cache } = make(test);
    const large = 'x'.repeat(100_000);
    await cache.getOrLoad('large', () => large, options);
    clock.pass(11);
    assert.equal(await cache.getOrLoad('large', () => 'new', options), large);
    await settle();
    assert.equal(cache.peek('large'), 'new');
  });

  it('serves it when the loader fails, until it is too old', async (test) => {
    const { clock, get, count } = make(test);
    await get(options);
    const failure = new Error('down');
    for (let age = 11; age < 30; age += 4) {
      clock.pass(age === 11 ? 11 : 4);
      assert.equal(await get(options, failure), 'load 1');
      await settle();
    }
    assert.equal(count(), 6);
    clock.pass(4);
    await assert.rejects(get(options, failure), failure);
  });

  it('ends with a delete, and a refresh under way does not bring it back', async (test) => {
    const { clock, cache, get } = make(test);
    await get(options);
    clock.pass(11);
    assert.equal(await get(options), 'load 1');
    assert.equal(cache.delete('key'), false);
    await settle();
    assert.equal(cache.peek('key'), undefined);
    assert.equal(await get(options), 'load 3');
  });

  it('keeps expired entries for so long and no longer', async (test) => {
    const { clock, cache, get } = make(test);
    cache.put('other', 1, 10);
    await get(options);
    clock.pass(11);
    assert.equal(cache.get('other'), undefined);
    clean(cache);
    assert.equal(cache.size, 2);
    clock.pass(20);
    assert.equal(cache.get('other'), undefined);
    assert.equal(cache.size, 1);
    clean(cache);
    assert.equal(cache.size, 0);
  });
});

describe('refreshAfter', () => {
  it('loads in the background what is read late in its life', async (test) => {
    const { clock, cache, get, count } = make(test);
    const options = { ttl: 10, refreshAfter: 6 };
    await get(options);
    clock.pass(5);
    assert.equal(await get(options), 'load 1');
    await settle();
    assert.equal(count(), 1);
    clock.pass(2);
    assert.equal(await get(options), 'load 1');
    assert.equal(await get(options), 'load 1');
    await settle();
    assert.equal(count(), 2);
    assert.equal(await get(options), 'load 2');
    assert.ok((cache.ttl('key') ?? 0) > 9);
    await settle();
    assert.equal(count(), 2);
  });

  it('leaves the value when the loader fails, or the key is written meanwhile', async (test) => {
    const { clock, cache, get } = make(test);
    const options = { ttl: 10, refreshAfter: 6 };
    await get(options);
    clock.pass(7);
    assert.equal(await get(options, new Error('down')), 'load 1');
    await settle();
    assert.equal(cache.peek('key'), 'load 1');
    assert.equal(await get(options), 'load 1');
    cache.put('key', 'put', 100);
    await settle();
    assert.equal(cache.peek('key'), 'put');
  });
});

describe('negativeTtl', () => {
  const options = { negativeTtl: 5 };

  it('remembers a failure for so long', async (test) => {
    const { clock, cache, get, count } = make(test);
    const failure = new RangeError('down');
    await assert.rejects(get(options, failure), failure);
    clock.pass(4);
    const error = await failureOf(get(options));
    assert.equal(error.code, 'ERR_LOAD_FAILED');
    assert.ok(error.cause instanceof RangeError);
    assert.equal(error.cause.message, 'down');
    assert.equal(count(), 1);
    clock.pass(2);
    assert.equal(await get(options), 'load 2');
    assert.equal(cache.getStats().loadFailures, 1);
  });

  it('keeps what programs tell errors by', async (test) => {
    const { cache, get } = make(test);
    class QueryError extends RangeError {
      override readonly name = 'QueryError';
      readonly code = 'ECONNREFUSED';
    }
    const root = new TypeError('root');
    await assert.rejects(get(options, new QueryError('down', { cause: root })));
    const { cause } = await failureOf(get(options));
    assert.ok(cause instanceof Error);
    const { name, code, message, cause: origin } = cause;
    assert.deepEqual([name, code, message], ['QueryError', 'ECONNREFUSED', 'down']);
    assert.ok(origin instanceof TypeError && origin.message === 'root');
    assert.match(cause.stack ?? '', /loading-stale\.test/);
    assert.deepEqual(Object.keys(cause), ['code']);
    // of this one structured clone makes an object
    await assert.rejects(cache.getOrLoad('slow', () => throwIt(AbortSignal.abort().reason), options));
    const late = await failureOf(cache.getOrLoad('slow', () => 1, options));
    assert.deepEqual([late.cause.name, late.cause.message], ['AbortError', 'This operation was aborted']);
  });

  it('keeps them of errors of another realm, as those of Node.js are to a test in a context of its own', async (test) => {
    const { get } = make(test);
    const source = "Object.assign(new RangeError('down', { cause: () => {} }), { code: 'ECONNREFUSED' })";
    await assert.rejects(get(options, runInNewContext(source)));
    const error = await failureOf(get(options));
    assert.match(error.message, /: down$/);
    assert.deepEqual(
      [error.cause.name, error.cause.message, error.cause.code],
      ['RangeError', 'down', 'ECONNREFUSED'],
    );
  });

  it('is found by who claims the key just after, and neither wrapped nor prolonged', async (test) => {
    const { clock, get, count } = make(test);
    await assert.rejects(get(options, new Error('down')));
    clock.pass(4);
    // as if it had been remembered between the look and the claim
    const { mock } = test.mock.method(Failures.prototype, 'find');
    mock.mockImplementationOnce(() => undefined);
    const error = await failureOf(get(options));
    assert.deepEqual([mock.callCount(), count()], [2, 1]);
    assert.deepEqual([error.code, error.cause.message], ['ERR_LOAD_FAILED', 'down']);
    await assert.rejects(get(options), ({ cause }) => cause.message === 'down');
    clock.pass(2);
    assert.equal(await get(options), 'load 2');
  });

  it('ends with a clear, and not with a delete', async (test) => {
    const { cache, get } = make(test);
    await assert.rejects(get(options, new Error('down')));
    assert.equal(cache.size, 1);
    assert.equal(cache.delete('key'), false);
    await assert.rejects(get(options), { code: 'ERR_LOAD_FAILED' });
    cache.clear();
    assert.equal(await get(options), 'load 2');
  });

  it('is for loads that nobody has overtaken', async (test) => {
    const { cache } = make(test);
    for (const write of ['put', 'delete', 'clear'] as const) {
      const failed = cache.getOrLoad(
        write,
        () => {
          cache[write](write, 1);
          throw new Error('down');
        },
        options,
      );
      await assert.rejects(failed, { message: 'down' });
      cache.delete(write);
      assert.equal(await cache.getOrLoad(write, () => 'well', options), 'well');
    }
  });

  it('gives way to a put, and to who does not ask for it', async (test) => {
    const { cache, get } = make(test);
    await assert.rejects(get(options, new Error('down')));
    assert.equal(await get({}), 'load 2');
    assert.equal(await get(options), 'load 2');
    cache.put('key', 'put');
    assert.equal(await get(options), 'put');
  });

  it('shows what it remembers to nobody', async (test) => {
    const { clock, cache, get } = make(test);
    const events: RemovalEvent[] = [];
    cache.onRemoval((event) => events.push(event));
    await assert.rejects(get(options, new Error('down')));
    assert.deepEqual(
      [[...cache.keys()], [...cache.entries({ order: 'lru' })], cache.has('key')],
      [[], [], false],
    );
    clock.pass(6);
    clean(cache);
    for (let count = 0; count < 100; count++) cache.put(count, count);
    assert.deepEqual(events, []);
    assert.equal(cache.size, 100);
  });
});
