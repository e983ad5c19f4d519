/** The rows of the error table that are about the system: each in a process of its own. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { entry, run, runScript } from '../support/child.js';

describe('ERR_OUT_OF_MEMORY', () => {
  it('without address space for one more cache', async () => {
    const script = `
      import { CacheError, ThreadSafeCache } from '${entry}';
      const caches = [];
      try {
        for (;;) caches.push(new ThreadSafeCache({ maxSize: 1, maxBytes: '4 GiB', cleanupInterval: 0 }));
      } catch (error) {
        console.log(error instanceof CacheError, error.code, error.message, error.cause instanceof RangeError);
      }
      for (const cache of caches) cache.put('a', 1);
    `;
    const limited = 'ulimit -v 32000000 && exec "$0" --input-type=module --eval "$1"';
    const { stdout, stderr, code } = await run('sh', ['-c', limited, process.execPath, script]);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^true ERR_OUT_OF_MEMORY Cannot create a cache: 4294967296 bytes .* is required true$/m,
    );
  });
});

describe('ERR_UNSUPPORTED_RUNTIME', () => {
  it('without WebAssembly', async () => {
    const script = `
      import { CacheError, ThreadSafeCache } from '${entry}';
      const codes = [];
      for (const call of [() => new ThreadSafeCache({ maxSize: 1 }), () => ThreadSafeCache.attach({ heddle: 1 })]) {
        try { call(); } catch (error) { codes.push(error instanceof CacheError ? error.code : String(error)); }
      }
      console.log(JSON.stringify(codes));
    `;
    const { stdout, stderr, code } = await runScript(script, ['--jitless']);
    assert.equal(code, 0, stderr);
    const [create, attach] = JSON.parse(stdout);
    assert.equal(create, 'ERR_UNSUPPORTED_RUNTIME');
    assert.ok(['ERR_UNSUPPORTED_RUNTIME', 'ERR_INCOMPATIBLE_HANDLE'].includes(attach), attach);
  });
});
