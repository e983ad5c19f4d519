import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { describe, it } from 'node:test';
import type { Mix } from '../../src/cli/bench-messages.js';
import { type BenchCache, fill, Requests, randomOf, recentKeys } from '../../src/cli/bench-requests.js';
import { checkStats } from '../../src/cli/bench-row.js';
import { LruMap } from '../../src/cli/lru-map.js';
import { zipfTable } from '../../src/cli/zipf.js';
import { ThreadSafeCache } from '../../src/index.js';
import { heddle, startHeddle } from './support.js';

const quick = ['--seconds', '0.2', '--threads', '2', '--entries', '1001'];
const mix: Mix = { table: zipfTable(500, 0.99), reads: 0.9, valueBytes: 40, seed: 3 };

function benchJson(...args: string[]) {
  const { status, stdout, stderr } = heddle(['bench', ...quick, ...args, '--json']);
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '', 'progress is for terminals');
  return JSON.parse(stdout);
}

describe('heddle bench --json', () => {
  const result = benchJson('--seed', '7');

  it('says what was asked for, and where it ran', () => {
    assert.equal(result.node, process.version);
    assert.equal(result.cores, availableParallelism());
    assert.equal(typeof result.cpu, 'string');
    assert(result.load_before >= 0 && result.load_after >= 0);
    assert.deepEqual(
      [result.threads, result.entries, result.keys, result.value_bytes, result.reads, result.skew],
      [2, 1001, 2002, 100, 0.95, 0.99],
    );
    assert.deepEqual([result.seconds, result.seed], [0.2, 7]);
    assert(result.clock_ns > 0);
  });

  it('has a row for each number of threads, with the same room on both sides', () => {
    assert.deepEqual(
      result.rows.map((row: { threads: number }) => row.threads),
      [1, 2],
    );
    for (const { threads, shared, private: alone, stats } of result.rows) {
      assert.equal(alone.max_size_each, Math.floor(1001 / threads));
      assert.equal(shared.max_size_each, alone.max_size_each * threads);
      assert.equal(stats.max_size, shared.max_size_each);
      assert.equal(stats.current_size, stats.max_size, 'it was full, and bytes were never short');
    }
  });

  it('has figures that agree with each other', () => {
    for (const { shared, private: alone, ratio, stats } of result.rows) {
      for (const side of [shared, alone]) {
        const { requests, hits, misses, writes, seconds, turns, get_ns: latencies } = side;
        assert.equal(requests, hits + misses + writes);
        assert.equal(side.hit_rate, hits / (hits + misses));
        assert.equal(side.requests_per_second, requests / seconds);
        assert(hits > 0 && misses > 0 && writes > 0);
        assert(turns.length > 0 && turns.length % 2 === 0, 'as often first as second');
        assert(Math.min(...turns) <= side.requests_per_second);
        assert(side.requests_per_second <= Math.max(...turns));
        assert(latencies.samples > 0 && latencies.samples <= requests);
        assert(0 < latencies.p50 && latencies.p50 <= latencies.p99);
        assert(Number.isInteger(side.live_bytes));
      }
      assert.equal(ratio, shared.requests_per_second / alone.requests_per_second);
      assert(stats.hits >= shared.hits && stats.misses >= shared.misses, 'the trial counts there, too');
      const { hits, misses, puts } = stats;
      assert(puts - misses >= stats.max_size + shared.writes, 'filled, missed and written');
      assert.equal(stats.total_requests, hits + misses);
      for (const side of [shared, alone]) assert(side.live_bytes > stats.max_size * result.value_bytes);
    }
  });

  it('takes the mix that it is told', () => {
    const { rows } = benchJson('--reads', '0', '--keys', '10', '--value-size', '5000', '--threads', '1');
    assert.equal(rows.length, 1);
    for (const side of [rows[0].shared, rows[0].private]) {
      assert.deepEqual([side.hits, side.misses, side.hit_rate, side.get_ns], [0, 0, 0, null]);
      assert.equal(side.writes, side.requests);
    }
    assert.equal(rows[0].stats.current_size, 10);
    const { rows: reads } = benchJson('--reads', '1', '--keys', '1001', '--threads', '3');
    assert.deepEqual(
      reads.map((row: { threads: number }) => row.threads),
      [1, 2, 3],
    );
    assert.deepEqual([reads[0].shared.misses, reads[0].private.misses], [0, 0], 'all keys have room');
    assert.deepEqual([reads[0].shared.writes, reads[0].private.writes], [0, 0]);
  });
});

describe('heddle bench', () => {
  it('says it to people, without colours where there is no terminal', () => {
    const { status, stdout, stderr } = heddle(['bench', ...quick]);
    assert.equal(status, 0, stderr);
    assert.equal(stderr, '');
    assert.match(
      stdout,
      /1,001 entries, 2,002 keys by Zipf's law \(0\.99\), values of 100 bytes, 95 % reads/,
    );
    const amount = '[\\d,.]+';
    const sides = `${amount} % +${amount} % +${amount} / ${amount} +${amount} / ${amount} +${amount} \\w+ +${amount} \\w+`;
    for (const threads of [1, 2]) {
      const row = new RegExp(`^ +${threads} +${amount} +${amount} +${amount} +${sides}$`, 'm');
      assert.match(stdout, row);
    }
    assert.match(stdout, /\n {2}Not shown: /);
    assert(!stdout.includes('\x1b'));
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`ends in good order on ${signal}`, async () => {
      const running = startHeddle(['bench', '--entries', '1000', '--seconds', '3600']);
      await running.printed(/1,000 entries/);
      running.child.kill(signal);
      assert.equal(await running.ended, code);
      assert.equal(running.complaints(), `heddle: Cannot finish the benchmark: ${signal} has ended it\n`);
    });
  }

  it('refuses options out of their range with exit code 2', () => {
    const cases: [string[], string][] = [
      [['--threads', '0'], "--threads is '0', a whole number from 1 to 128 is required"],
      [
        ['--threads', '4', '--entries', '3'],
        "--entries is '3', a whole number from 4 to 16777216 is required",
      ],
      [['--keys', '0'], "--keys is '0', a whole number from 1 to 33554432 is required"],
      [['--reads', '1.5'], "--reads is '1.5', a number from 0 to 1 is required"],
      [['--reads', 'all'], "--reads is 'all', a number from 0 to 1 is required"],
      [['--value-size', '15'], "--value-size is '15', a whole number from 16 to 1048576 is required"],
      [['--seconds', '0'], "--seconds is '0', a number of seconds from 0.1 to 3600 is required"],
      [['--seed', 'x'], "--seed is 'x', a whole number from 0 to 4294967295 is required"],
      [['--entires', '9'], '--entires is not an option, did you mean --entries?'],
      [['100'], "'100' is one argument too many"],
    ];
    for (const [args, message] of cases) {
      const { status, stdout, stderr } = heddle(['bench', ...args]);
      assert.equal(stderr, `heddle: ${message}\nSee heddle bench --help.\n`);
      assert.deepEqual([status, stdout], [2, '']);
    }
    const large = heddle(['bench', '--threads', '1', '--entries', '10000', '--value-size', '1000000']);
    assert.equal(large.status, 2);
    assert.match(
      large.stderr,
      /--entries 10000 of --value-size 1000000 take [\d.]+ GiB, at most 4\.0 GiB is required/,
    );
  });
});

describe('the requests of heddle bench', () => {
  const turn = { until: 0n, isTrial: false };
  const filledMap = () => {
    const map = new LruMap(100);
    fill(map, mix, 100, randomOf(1, 1));
    return map;
  };

  it('are the same for the same seed and thread', () => {
    const asked = (seed: number, index: number) => {
      const keys: string[] = [];
      const cache: BenchCache = { get: (key) => void keys.push(key), put: (key) => void keys.push(key) };
      new Requests(cache, mix, randomOf(seed, index)).work(turn);
      return keys.join();
    };
    assert.equal(asked(3, 1), asked(3, 1));
    assert.notEqual(asked(3, 1), asked(3, 2));
    assert.notEqual(asked(3, 1), asked(4, 1));
  });

  it("refuse a value that is another key's, or not whole", () => {
    const wrong: [value: (map: LruMap, key: string) => string, isTrial: boolean][] = [
      [() => `item:0=`.padEnd(39, 'x'), false],
      [() => `item:499x`.padEnd(40, 'x'), false],
      [() => `item:501=`.padEnd(40, 'x'), false],
      [(_, key) => `${key}=`.padEnd(39, 'x').padEnd(40, 'y'), true],
    ];
    for (const [answer, isTrial] of wrong) {
      const map = filledMap();
      const cache: BenchCache = { get: (key) => answer(map, key), put: (key, value) => map.put(key, value) };
      const requests = new Requests(cache, mix, randomOf(1, 0));
      assert.throws(
        () => requests.work({ until: 0n, isTrial }),
        /Cannot trust the figures: the value of 'item:/,
      );
    }
    new Requests(filledMap(), mix, randomOf(1, 0)).work({ until: 0n, isTrial: true });
  });

  it('begin with what a cache holds after a long time: each key once, and all of them where there is room', () => {
    const recent = recentKeys(mix, 200, randomOf(1, 0));
    assert.equal(new Set(recent).size, 200);
    assert.equal(new Set(recentKeys(mix, 5000, randomOf(1, 0))).size, 500);
  });

  it('are compared with the statistics of the cache', () => {
    using cache = new ThreadSafeCache<string, string>({ maxSize: 100, cleanupInterval: false });
    const filled = fill(cache, mix, 100, randomOf(1, 1));
    const asked = new Requests(cache, mix, randomOf(1, 0)).work(turn);
    checkStats(cache.getStats(), asked, filled);
    cache.get('item:0');
    assert.throws(
      () => checkStats(cache.getStats(), asked, filled),
      /the cache counts \d+ hits, \d+ are required/,
    );
    const again = { ...asked, hits: asked.hits + 1 };
    checkStats(cache.getStats(), again, filled);
    cache.put('item:0', '');
    assert.throws(() => checkStats(cache.getStats(), again, filled), /the cache counts \d+ puts/);
    const stats = { ...cache.getStats(), currentSize: 101 };
    assert.throws(() => checkStats(stats, again, filled + 1), /holds 101 entries, at most 100/);
  });
});
