import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { completeMember } from '../../src/cli/repl-completion.js';
import { ThreadSafeCache } from '../../src/index.js';
import { heddle } from './support.js';

describe('heddle repl', () => {
  it('runs a script from its standard input, with a cache at hand', () => {
    const script = ["cache.put('a', { x: [1, 2] })", "cache.get('a')", "cache.get('b')", 'cache.size'];
    const { status, stdout, stderr } = heddle(['repl'], `${script.join('\n')}\n`);
    assert.equal(stderr, '');
    assert.equal(stdout, 'undefined\n{ x: [ 1, 2 ] }\nundefined\n1\n');
    assert.equal(status, 0);
  });

  it('shows statistics so that people can read them', () => {
    for (const asked of ['cache.getStats()', '.stats']) {
      const script = `cache.put('a', 1); cache.get('a'); cache.get('b')\n${asked}\n`;
      const { stdout } = heddle(['repl', '--max-size', '2000'], script);
      assert.match(stdout, /hit rate +50\.00 % +1 of 2 requests/, asked);
      assert.match(stdout, /entries +1 +of at most 2,000/, asked);
    }
  });

  it('goes on when there are none any more', () => {
    const { status, stdout, stderr } = heddle(['repl'], 'cache.shutdown()\n.stats\n1 + 1\n');
    assert.equal(stderr, '');
    assert.match(stdout, /^undefined\nCacheError \[ERR_CACHE_CLOSED\]: Cannot use the cache.*\n2\n$/);
    assert.equal(status, 0);
  });

  it('waits for what is awaited', () => {
    const script = 'await new Promise((done) => setTimeout(done, 50, "later"))\n';
    assert.equal(heddle(['repl'], script).stdout, "'later'\n");
  });

  it('takes the TTL that it is given', () => {
    const script = "cache.put('a', 1)\nawait new Promise((done) => setTimeout(done, 50))\ncache.get('a')\n";
    assert.match(heddle(['repl', '--ttl', '0.01'], script).stdout, /undefined\n$/);
  });

  it('has the class too', () => {
    const script = "ThreadSafeCache.open('repl') === cache\nnew ThreadSafeCache({ maxSize: 1 }).size\n";
    assert.equal(heddle(['repl'], script).stdout, 'true\n0\n');
  });

  it('goes on after an error in a script, and ends with exit code 1', () => {
    const { status, stdout } = heddle(['repl'], "cache.put('a', 1, -1)\ncache.size\n");
    assert.equal(status, 1);
    assert.match(stdout, /CacheError \[ERR_INVALID_TTL\]: Cannot put 'a': ttl is -1, .* required\n0\n$/);
    assert.equal(heddle(['repl'], 'nonsense(\n)\n').status, 1);
  });

  it('does nothing for an empty script', () => {
    assert.deepEqual(heddle(['repl'], ''), { status: 0, stdout: '', stderr: '' });
  });
});

describe('completion', () => {
  const cache = new ThreadSafeCache({ maxSize: 1, cleanupInterval: false });

  it('knows the members of cache', () => {
    assert.deepEqual(completeMember('cache.getS', cache), [['cache.getStats'], 'cache.getS']);
    assert.deepEqual(completeMember('x = cache.putM', cache), [['cache.putMany'], 'cache.putM']);
    const all = completeMember('cache.', cache)?.[0] ?? [];
    for (const name of ['put', 'get', 'delete', 'clear', 'has', 'peek', 'size', 'getStats', 'shutdown']) {
      assert(all.includes(`cache.${name}`), name);
    }
    assert(!all.includes('cache.constructor'));
    assert.deepEqual(completeMember('cache.zzz', cache), [[], 'cache.zzz']);
  });

  it('leaves everything else to Node.js', () => {
    for (const line of ['', 'cache', 'mycache.', 'a.cache.', 'process.ver', 'cache.get(']) {
      assert.equal(completeMember(line, cache), undefined, line);
    }
  });
});
