/** The declarations of the package as its users get it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { compile, Folder, installed, pack } from '../support/consumer.js';

const downloads = new Folder();
let project: Folder;

before(async () => {
  project = await installed(await pack(downloads));
});

after(() => {
  downloads.remove();
  project?.remove();
});

describe('its types', () => {
  const consumer = `
    import { CacheError, type CacheErrorCode, type CacheHandle, type CacheKey, type CacheLogger, type CacheOptions, type CacheStats, ThreadSafeCache, type ValueCodec } from 'heddle';
    interface User { name: string }
    const options: CacheOptions = { maxSize: 10, maxBytes: '16 MiB', defaultTtl: 5, cleanupInterval: false, logger: console };
    const cache = new ThreadSafeCache<string, User>(options);
    cache.put('a', { name: 'Ada' });
    cache.put('a', { name: 'Ada' }, 5);
    const user: User | undefined = cache.get('a');
    const deleted: boolean = cache.delete('a');
    const stats: CacheStats = cache.getStats();
    const handle: CacheHandle = cache.handle;
    const same: ThreadSafeCache<string, User> = ThreadSafeCache.attach<string, User>(handle, { logger: console });
    const any: ThreadSafeCache = ThreadSafeCache.open('users');
    const found: unknown = any.get(1n);
    const logger: CacheLogger = { debug() {}, info() {}, warn() {}, error() {} };
    const codec: ValueCodec = { encode: () => new Uint8Array(), decode: (bytes) => bytes.length };
    const key: CacheKey = Uint8Array.of(1);
    try { cache.shutdown(); } catch (error) {
      if (error instanceof CacheError) { const code: CacheErrorCode = error.code; console.log(code, error.message); }
    }
    cache[Symbol.dispose]();
    const loaded: Promise<User> = cache.getOrLoad('a', async (key) => ({ name: key }));
    const computed: User = cache.getOrCompute('a', (key) => ({ name: key }));
    const pages = new ThreadSafeCache<string, 'home' | 'help' | null>(options);
    const page: Promise<'home' | 'help' | null> = pages.getOrLoad('/', () => 'home');
    const untyped: Promise<unknown> = any.getOrLoad('/', () => 1);
    console.log(user?.name, deleted, stats.hitRate, same.size, found, logger, codec, key, loaded, computed, page, untyped);
    // @ts-expect-error: what is there already is not what this loader brings
    const nothing: Promise<null> = pages.getOrLoad('/', async () => null);
    // @ts-expect-error: a loader brings values of the cache
    cache.getOrLoad('a', () => 'Ada');
    // @ts-expect-error: a number is no key of this cache
    cache.get(1);
    // @ts-expect-error: nor is this a value
    cache.put('a', { nam: 'Ada' });
    // @ts-expect-error: maxSize is missing
    new ThreadSafeCache({});
    // @ts-expect-error: there is no such option
    new ThreadSafeCache({ maxSize: 1, ttl: 1 });
    // @ts-expect-error: an object is no key
    new ThreadSafeCache<{ a: 1 }, string>({ maxSize: 1 });
    // @ts-expect-error: a handle comes from a cache
    ThreadSafeCache.attach({ name: 'users' });
  `;
  const settings: Record<string, { files: string[]; options: Record<string, unknown> }> = {
    'by the rules of Node.js': {
      files: ['consumer.mts', 'consumer.cts'],
      options: { module: 'nodenext', moduleResolution: 'nodenext' },
    },
    'by the rules of a bundler': {
      files: ['consumer.ts'],
      options: { module: 'esnext', moduleResolution: 'bundler' },
    },
    'by the rules before there were exports': {
      files: ['consumer.ts'],
      options: { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' },
    },
  };
  for (const [name, { files, options }] of Object.entries(settings)) {
    it(`fit a strict project, ${name}`, async () => {
      for (const file of files) project.write(file, consumer);
      const { code, stdout } = await compile(project, files, options);
      assert.equal(stdout, '');
      assert.equal(code, 0);
    });
  }
});
