import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { seededRandom, zipfNumbers } from '../../src/cli/zipf.js';
import { heddle, temporaryFolder, writeTo } from './support.js';

const folder = temporaryFolder();
const requests = 20_000;
const keys = syntheticKeys();
const file = writeTo(folder, 'synthetic.txt.gz', gzipSync(keys.join('\n')));

/** Zipf's law with a scan every now and then, as real traces have them. */
function syntheticKeys(): string[] {
  const random = seededRandom(20);
  const draw = zipfNumbers(3000, 0.8, random);
  const made: string[] = [];
  while (made.length < requests) {
    if (random() < 0.001) for (let i = 0; i < 300; i++) made.push(`scan:${i}`);
    made.push(`item:${draw()}`);
  }
  return made.slice(0, requests);
}

function hitsOfLruCache(maxSize: number): number {
  const cache = new LRUCache<string, true>({ max: maxSize });
  let hits = 0;
  for (const key of keys) {
    if (cache.get(key)) hits++;
    else cache.set(key, true);
  }
  return hits;
}

function replayJson(...args: string[]) {
  const { status, stdout, stderr } = heddle(['replay', ...args, '--json']);
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

describe('heddle replay', () => {
  for (const maxSize of [1, 50, 700]) {
    it(`gives the hits of lru-cache with ${maxSize} entries, whatever the shards`, () => {
      const expected = hitsOfLruCache(maxSize);
      for (const shards of ['1', '4', '16', '64']) {
        const result = replayJson(file, '--max-size', `${maxSize}`, '--shards', shards);
        assert.equal(result.hits, expected, `${shards} shards`);
      }
    });
  }

  it('answers every request once, however many threads', () => {
    for (const threads of [1, 2, 5]) {
      const result = replayJson(file, '--max-size', '700', '--threads', `${threads}`);
      const { stats } = result;
      assert.equal(result.trace, 'synthetic.txt.gz');
      assert.equal(result.threads, threads);
      assert.equal(result.requests, requests);
      assert.equal(stats.total_requests, requests);
      assert.equal(stats.hits + stats.misses, requests);
      assert.equal(stats.puts, stats.misses);
      assert.equal(stats.max_size, 700);
      assert(stats.current_size <= 700);
      assert.equal(result.hits, stats.hits);
      assert.equal(result.hit_rate, stats.hits / requests);
      assert(result.seconds > 0 && result.requests_per_second > 0);
    }
  });

  it('answers more threads than requests', () => {
    const few = writeTo(folder, 'few.txt', 'a\na\n');
    const { hits, requests: answered } = replayJson(few, '--max-size', '10', '--threads', '4');
    assert.equal(answered, 2);
    assert(hits <= 1);
  });

  it('stores values of the sizes that a trace gives, and says which can never fit', () => {
    const sized = writeTo(folder, 'a.sized.txt', 'a 0\nb 100000\na 0\nb 100000\nc 500000000\nd 4294967295\n');
    const result = replayJson(sized, '--max-size', '10', '--max-bytes', '16 MiB');
    assert.equal(result.hits, 2);
    assert.equal(result.too_large, 2);
    assert.equal(result.stats.max_bytes, 16 * 2 ** 20);
    assert(result.stats.bytes_used > 100_000);
    assert.equal(result.stats.current_size, 2);
  });

  it('stores values of the size asked for', () => {
    const [small, large] = ['0', '1000'].map(
      (size) => replayJson(file, '--max-size', '700', '--value-size', size).stats.bytes_used,
    );
    assert(large - small > 700 * 900, `${small} and ${large} bytes`);
  });

  it('says it to people, without colours where there is no terminal', () => {
    const { status, stdout, stderr } = heddle(['replay', file, '--max-size', '700']);
    assert.equal(status, 0);
    assert.equal(stderr, '', 'progress is for terminals');
    assert.match(stdout, /synthetic\.txt\.gz {2}20,000 requests, one thread/);
    assert.match(stdout, new RegExp(`hit ratio +${((hitsOfLruCache(700) / requests) * 100).toFixed(2)} %`));
    assert.match(stdout, /throughput +[\d,]+ +requests per second/);
    assert.match(stdout, /entries +700 +of at most 700/);
    assert(!stdout.includes('\x1b'));
  });

  it('refuses a bad file with exit code 1, and bad options with 2', () => {
    const missing = heddle(['replay', 'nowhere.txt', '--max-size', '10']);
    assert.deepEqual([missing.status, missing.stdout], [1, '']);
    assert.equal(missing.stderr, "heddle: Cannot read the trace 'nowhere.txt': there is no such file\n");
    const cases: [string[], RegExp][] = [
      [['replay'], /a trace file is required/],
      [['replay', file], /--max-size is required/],
      [
        ['replay', file, '--max-size', '10', '--shards', '3'],
        /shards is 3, a power of two from 1 to 64 is required/,
      ],
      [['replay', file, '--max-size', '10', '--max-bytes', 'lots'], /maxBytes is 'lots'/],
    ];
    for (const [args, message] of cases) {
      const { status, stderr } = heddle(args);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr, message);
      assert.match(stderr, /\nSee heddle replay --help\.\n$/);
    }
  });

  it('says when there are more threads than the cache has places for', () => {
    const args = ['replay', file, '--max-size', '10', '--max-bytes', '1 MiB', '--threads', '20'];
    const { status, stderr } = heddle(args);
    assert.equal(status, 1);
    assert.match(stderr, /^heddle: Cannot attach to the cache: all \d+ thread slots are taken/);
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
  });
});
