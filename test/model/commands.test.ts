/**
 * The whole cache against its twin, by commands that fast-check makes up and, when one fails, makes few: keys of every kind,
 * values of every kind, TTLs to the microsecond by a clock that stands still, a byte budget that presses, calls that
 * are refused. A failure prints the commands that are left, and the seed.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { formatKey } from '../../src/codec/keys.js';
import { CacheError, type CacheKey, type CacheOptions } from '../../src/index.js';
import { stopClock } from '../support/clock.js';
import { Pair } from '../support/pair.js';

const MIB = 2 ** 20;
/** A sixteenth of the budget. */
const LONGEST_VALUE = MIB / 16;

/** Few, so that they meet again and again; those in one row are easily mistaken for each other. */
const KEYS: readonly CacheKey[] = [
  ...['', new Uint8Array()],
  ...['1', 1, 1n, true, new Uint8Array([1]), new Uint8Array([0x31])],
  ...[-0, 0n, false, '\0', '\0\0'],
  ...['é', 'e\u0301', 'ÿ', 'Ā', '\ud800', '\udc00'],
  ...[1.5, -1, Number.MAX_VALUE, Number.MIN_VALUE, 2n ** 64n, -(2n ** 64n)],
  ...['a'.repeat(7), 'a'.repeat(8), 'a'.repeat(9), 'z'.repeat(65_536), new Uint8Array(65_536).fill(0x7a)],
];

const sized = fc.tuple(
  fc.oneof(
    fc.constantFrom(0, 1, 8, 8191, 8192, 8193, LONGEST_VALUE - 1, LONGEST_VALUE),
    fc.nat(LONGEST_VALUE),
  ),
  fc.nat(255),
);
const values = {
  'short ones': fc.oneof(
    fc.constantFrom<unknown>(undefined, null, true, false, -0, Number.NaN, Number.NEGATIVE_INFINITY, '', 0n),
    fc.double(),
    fc.bigInt(),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.uint8Array(),
    fc.date({ noInvalidDate: true }),
    fc.object({ maxDepth: 2, withMap: true, withSet: true, withDate: true, withTypedArray: true }),
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(/a+/giu, [undefined, 1], new Float64Array([1, Number.NaN]), Buffer.from('a')),
  ),
  'long ones': fc.oneof(
    { weight: 3, arbitrary: sized.map(([length, byte]) => new Uint8Array(length).fill(byte)) },
    sized.map(([length, byte]) => String.fromCharCode(byte).repeat(length)),
    sized.map(([length, byte]) => String.fromCharCode(0x400 + byte).repeat(length / 2)),
    sized.map(([length, byte]) => ({ list: [byte], text: 'x'.repeat(Math.min(length, 60_000)) })),
  ),
};

const seconds = fc.oneof(
  fc.constantFrom(1e-6, 1e-3, 0.5, 1, 1.000001, 86_400),
  fc.integer({ min: 1, max: 3000 }).map((micros) => micros / 1e6),
);

/** One command: what it does with both, and its name for the report. */
class Command implements fc.Command<object, Pair> {
  readonly #name: () => string;
  readonly #run: (pair: Pair) => void;

  constructor(name: () => string, run: (pair: Pair) => void) {
    this.#name = name;
    this.#run = run;
  }

  check(): boolean {
    return true;
  }

  run(_model: object, pair: Pair): void {
    this.#run(pair);
    pair.check();
  }

  toString(): string {
    return this.#name();
  }
}

const SHORT = { maxArrayLength: 4, maxStringLength: 20, breakLength: Number.POSITIVE_INFINITY };

const key = fc.constantFrom(...KEYS);

const ttls = fc.oneof(fc.constantFrom(undefined, undefined, Number.POSITIVE_INFINITY), seconds);

function puts(
  value: fc.Arbitrary<unknown>,
  operation: 'put' | 'putIfAbsent' | 'putIfVersion' | 'update' = 'put',
): fc.Arbitrary<Command> {
  return fc.tuple(key, value, ttls).map(([key, value, ttl]) => {
    const name = () => `${operation}(${formatKey(key)}, ${inspect(value, SHORT)}, ${ttl})`;
    return new Command(name, (pair) => pair[operation](key, value, ttl));
  });
}

const numbers = fc.oneof(
  fc.constantFrom<number | bigint>(1, 1n, -1, 0.1, 2 ** 53, -(2n ** 64n)),
  fc.double(),
  fc.bigInt(),
);
const increments = fc.tuple(key, numbers, ttls).map(([key, by, ttl]) => {
  const name = () => `increment(${formatKey(key)}, ${inspect(by)}, ${ttl})`;
  return new Command(name, (pair) => pair.increment(key, by, ttl));
});
const touches = fc.tuple(key, ttls).map(([key, ttl]) => {
  return new Command(
    () => `touch(${formatKey(key)}, ${ttl})`,
    (pair) => pair.touch(key, ttl),
  );
});

/** What is refused, and changes nothing. */
const refusals = fc
  .constantFrom<readonly [unknown, unknown, unknown]>(
    ['1', new Uint8Array(MIB), undefined],
    ['1', 'a', 0],
    ['1', 'a', Number.NaN],
    ['1', () => {}, undefined],
    [
      '1',
      {
        get a() {
          throw new Error('no');
        },
      },
      undefined,
    ],
    ['z'.repeat(65_537), 'a', undefined],
    [Number.NaN, 'a', undefined],
    [null, 'a', undefined],
  )
  .map(
    ([key, value, ttl]) =>
      new Command(
        () => `put(${fc.stringify(key).slice(0, 20)}, …, ${ttl}) is refused`,
        ({ cache }) => {
          assert.throws(() => cache.put(key as CacheKey, value, ttl as number), CacheError);
        },
      ),
  );

function commandsWith(value: fc.Arbitrary<unknown>): fc.Arbitrary<Iterable<fc.Command<object, Pair>>> {
  const onKey = (name: string, run: (pair: Pair, key: CacheKey) => void) =>
    key.map(
      (key) =>
        new Command(
          () => `${name}(${formatKey(key)})`,
          (pair) => run(pair, key),
        ),
    );
  return fc.commands(
    [
      puts(value),
      puts(value),
      puts(value),
      puts(value, 'putIfAbsent'),
      puts(value, 'putIfVersion'),
      puts(value, 'update'),
      increments,
      touches,
      onKey('take', (pair, key) => pair.take(key)),
      onKey('iterate', (pair) => pair.iterate()),
      onKey('get', (pair, key) => pair.get(key)),
      onKey('get', (pair, key) => pair.get(key)),
      onKey('delete', (pair, key) => pair.delete(key)),
      onKey('look', (pair, key) => pair.look(key)),
      seconds.map(
        (time) =>
          new Command(
            () => `pass(${time})`,
            (pair) => pair.pass(time),
          ),
      ),
      fc.oneof(
        { weight: 3, arbitrary: refusals },
        fc.constant(
          new Command(
            () => 'clear()',
            (pair) => pair.clear(),
          ),
        ),
      ),
    ],
    { maxCommands: 150, size: 'max' },
  );
}

interface Setting {
  readonly options: CacheOptions;
  readonly value: fc.Arbitrary<unknown>;
  readonly isExact: boolean;
  readonly runs: number;
}

function runs({ options, value, isExact, runs }: Setting): (test: TestContext) => void {
  return (test) => {
    const clock = stopClock(test);
    let removed = 0;
    fc.assert(
      fc.property(commandsWith(value), (commands) => {
        const pair = new Pair(options, clock, isExact);
        try {
          fc.modelRun(() => ({ model: {}, real: pair }), commands);
          pair.checkAll(KEYS);
          removed += pair.twin.stats.evictions + pair.twin.stats.expired;
        } finally {
          pair.cache.shutdown();
        }
      }),
      { numRuns: runs, includeErrorInReport: true },
    );
    assert.ok(removed > runs / 3, `${removed} entries were removed in ${runs} runs`);
  };
}

describe('whatever is asked of it, the cache does what its twin does', () => {
  const settings: Record<string, CacheOptions> = {
    'one entry': { maxSize: 1 },
    'three entries, 16 shards': { maxSize: 3, shards: 16 },
    'a default TTL': { maxSize: 10, shards: 4, defaultTtl: 0.002 },
    'frozen values': { maxSize: 10, shards: 1, freeze: true },
    'no near tier': { maxSize: 5, nearSize: 0 },
    'a near tier of one': { maxSize: 10, nearSize: 1, freeze: true },
  };
  for (const [name, options] of Object.entries(settings)) {
    const value = values['short ones'];
    it(name, runs({ options: { maxBytes: 8 * MIB, ...options }, value, isExact: true, runs: 30 }));
  }
});

describe('also when bytes are short', () => {
  for (const shards of [1, 4]) {
    const options = { maxSize: 20, maxBytes: MIB, shards };
    const value = fc.oneof({ weight: 3, arbitrary: values['long ones'] }, values['short ones']);
    it(`${shards} shards`, runs({ options, value, isExact: false, runs: 30 }));
    const withTtl = { ...options, defaultTtl: 0.002, freeze: true };
    it(`${shards} shards, a default TTL`, runs({ options: withTtl, value, isExact: false, runs: 30 }));
  }
});
