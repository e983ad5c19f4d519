import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '..', '..', '..');

/** An example that takes longer does not end by itself. */
const TIMEOUT_MS = 60_000;

/** What each example prints. */
const printed: Record<string, RegExp> = {
  'atomic.ts':
    /^\[ true, true, true, false \]\ntrue false\n\[ 'ada', 'bob' \]\nfalse\n\[ 'eve' \] undefined\n$/,
  'basic.ts': /^\{ name: 'Ada' \}\nundefined 2\n0\.5\n$/,
  'cache-aside.ts': /^1000 1\n\{ id: 1, name: 'Ada Lovelace' \} 2\nnull null 3\n$/,
  'commonjs.cjs': /^hello\n$/,
  'compute.ts': /^2 3 5 7 11 13 17 19\n8 1\n$/,
  'custom-codec.ts': /^smaller: true\nitem 499: 9\.99 EUR\n$/,
  'iteration.ts': /^\[ 'b', 'c', 'a' \]\n6\nMap\(2\) \{ 'a' => 1, 'c' => 3 \}\n$/,
  'logging.ts':
    /^heddle "plain": evicted "a" \(least recently used\)\nheddle "plain": cleaner started\n[\s\S]*heddle "plain": cleaner stopped\n\{"level":20,.*"msg":"heddle \\"structured\\": evicted \\"a\\" \(least recently used\)"\}\n/,
  'memoize.ts': /^<html class="dark">\/4<\/html>\n100 5\n$/,
  'monitor.ts':
    /^(size \d+\/1000 {2}hit rate \d+\.\d % {2}evictions \d+ {2}expiries \d+ {2}memory \d+ KiB\n)+$/,
  'negative-caching.ts':
    /^null null 1\nfirst connection refused\nERR_LOAD_FAILED connection refused\nERR_LOAD_FAILED connection refused\n2\n$/,
  'rate-limiter.ts': /^100 240\n$/,
  // in the order in which the system has closed them
  'removal.ts': /^(?=(.*\n){3}$)(closed after cleared\n)*closed after evicted\n(closed after cleared\n)*$/,
  'session-store.ts': /^\{ user: 'ada', cart: \[ 'book', 'pen' \] \}\nundefined false\n$/,
  'ttl.ts': /^active\nundefined\n<h1>Hello<\/h1> dark\n1 expired\n$/,
  'workers.ts': /^hello hello\n2 puts by two workers\n$/,
};

describe('examples', () => {
  it('are all run here', () => {
    const files = readdirSync(join(root, 'examples')).filter((name) => !name.endsWith('.md'));
    assert.deepEqual(files.sort(), Object.keys(printed).sort());
  });

  for (const [name, output] of Object.entries(printed)) {
    it(`${name} does what it says, and ends by itself`, () => {
      const file = name.endsWith('.ts')
        ? join(root, 'build', 'examples', name.replace(/\.ts$/, '.js'))
        : join(root, 'examples', name);
      const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
        encoding: 'utf8',
        timeout: TIMEOUT_MS,
      });
      assert.equal(stderr, '');
      assert.match(stdout, output);
      assert.equal(status, 0);
    });
  }
});
