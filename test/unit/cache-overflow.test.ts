/** The stack overflows in the middle of an operation: it throws, and the cache is as it was before or as it should be after. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { ThreadSafeCache } from '../../src/index.js';
import { assertIntact, makeCache } from '../support/caches.js';
import { entry, runScript } from '../support/child.js';
import { makeDive, overflows } from '../support/overflow.js';

/** Frames between the operation and the end of the stack: up to where there is room enough for all of it. */
const MOST_FRAMES = 250;
/** Parameters of the frames: different sizes of a frame end the stack at different places. */
const WIDTHS = 5;

describe('a stack overflow', () => {
  const operations: Record<string, (cache: ThreadSafeCache<string>, value: unknown) => void> = {
    put: (cache, value) => cache.put('a', value),
    get: (cache) => void cache.get('a'),
    peek: (cache) => void cache.peek('a'),
    delete: (cache) => void cache.delete('a'),
    getStats: (cache) => void cache.getStats(),
  };
  const values: Record<string, (index: number) => unknown> = {
    'a number': (index) => index,
    'a short string': (index) => `${index}`.repeat(20),
    'a large string': (index) => `${index % 10}`.repeat(50_000),
    'an object': (index) => ({ index, more: [[{ index }]] }),
  };
  for (const [name, operation] of Object.entries(operations)) {
    for (const [kind, make] of Object.entries(values)) {
      it(`in ${name} of ${kind}`, (test) => {
        const cache = makeCache<string>(test, { maxSize: 50, maxBytes: '1 MiB' });
        let count = 0;
        for (let width = 0; width < WIDTHS; width++) {
          const dive = makeDive(width);
          for (let above = 2; above < MOST_FRAMES; above += 3) {
            const before = make(above);
            cache.put('a', before);
            const after = name === 'put' ? make(above + 1) : name === 'delete' ? undefined : before;
            const isCut = overflows(dive, above, () => operation(cache, after));
            const found = cache.get('a');
            if (isCut) count++;
            if (isCut && isDeepStrictEqual(found, before)) continue;
            assert.deepEqual(found, after);
          }
        }
        assert.ok(count > WIDTHS, `${count} overflows`);
        // the next put gives back what one that was cut off had in hand
        cache.put('b', 1);
        assertIntact(cache);
      });
    }
  }

  // in a process of its own: most of the stack is wanted by what V8 has not compiled yet
  it('in shutdown: the next one ends the cache', async () => {
    const { stdout, stderr } = await runScript(`
      import { ThreadSafeCache } from '${entry}';
      const counts = { cut: 0, open: 0 };
      for (let frames = 0; frames < 10; frames++) {
        const cache = new ThreadSafeCache({ name: 'n' + frames, maxSize: 10, cleanupInterval: false });
        let above = frames;
        let hasRun = false;
        const dive = () => {
          try {
            dive();
          } catch (error) {
            if (above-- > 0) throw error;
            if (hasRun) return;
            hasRun = true;
            try {
              cache.shutdown();
            } catch {
              counts.cut++;
            }
          }
        };
        dive();
        cache.shutdown();
        try {
          ThreadSafeCache.open(cache.name);
          counts.open++;
        } catch {}
      }
      console.log(JSON.stringify(counts));
    `);
    assert.equal(stderr, '');
    const { cut, open } = JSON.parse(stdout);
    assert.ok(cut > 1, `${cut} overflows`);
    assert.equal(open, 0);
  });
});
