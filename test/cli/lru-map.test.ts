import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LRUCache } from 'lru-cache';
import { LruMap } from '../../src/cli/lru-map.js';
import { seededRandom, zipfNumbers } from '../../src/cli/zipf.js';

describe('LruMap', () => {
  for (const maxSize of [1, 2, 30, 400]) {
    it(`answers what lru-cache answers, with ${maxSize} entries`, () => {
      const random = seededRandom(maxSize);
      const draw = zipfNumbers(500, 0.9, random);
      const map = new LruMap(maxSize);
      const twin = new LRUCache<string, string>({ max: maxSize });
      for (let i = 0; i < 20_000; i++) {
        const key = `item:${draw()}`;
        if (random() < 0.7) assert.equal(map.get(key), twin.get(key), `request ${i}: ${key}`);
        else {
          map.put(key, `${i}`);
          twin.set(key, `${i}`);
        }
        assert.equal(map.size, twin.size);
      }
      assert.equal(map.size, maxSize, 'it was full');
    });
  }
});
