import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { root } from '../support/child.js';
import { ALL } from '../support/effort.js';
import { heddle } from './support.js';

/** Where the traces lie beside a checkout. They are other people's data: where they are not, nothing is lost. */
const folder = join(root, '..', 'shared', 'traces');

const all = [1, 4, 16];
const rarely = ALL ? [4] : [];

/**
 * Hits of exact LRU, counted with lru-cache 11.5.3. The number of shards makes no difference; to stay within a minute,
 * the longer traces are replayed with one number only, and the longest by `npm run test:all` alone.
 */
const rows: [trace: string, requests: number, maxSize: number, hits: number, shards: number[]][] = [
  ['glimpse', 6015, 500, 57, all],
  ['glimpse', 6015, 1000, 674, all],
  ['loop', 505_500, 500, 0, [4]],
  ['multi3', 30_241, 500, 9875, all],
  ['multi3', 30_241, 2000, 13_485, all],
  ['oltp', 914_145, 1000, 300_122, [16]],
  ['oltp', 914_145, 18_688, 608_101, rarely],
  ['p3', 3_912_296, 32_768, 139_485, rarely],
  ['p3', 3_912_296, 76_254, 657_527, rarely],
  ['corda', 135_702, 905, 45_234, all],
  ['scarab-recs', 1_245_184, 2584, 432_205, rarely],
  ['scarab-recs', 1_245_184, 100_000, 945_202, [16]],
  ['orm-busy', 5_000_000, 763, 3_851_698, rarely],
  ['orm-busy', 5_000_000, 7635, 4_400_401, rarely],
  ['web12', 95_607, 300, 46_860, all],
  ['web12', 95_607, 1376, 65_483, all],
];

if (existsSync(folder)) {
  describe('heddle replay of a real trace with one thread', () => {
    for (const [trace, requests, maxSize, hits, shardCounts] of rows) {
      for (const shards of shardCounts) {
        it(`${trace}, ${maxSize} entries, ${shards} shards: exactly ${hits} hits`, () => {
          const file = join(folder, `${trace}.txt.gz`);
          const args = ['replay', file, '--max-size', `${maxSize}`, '--shards', `${shards}`, '--json'];
          const { status, stdout, stderr } = heddle(args);
          assert.equal(status, 0, stderr);
          const result = JSON.parse(stdout);
          assert.equal(result.requests, requests);
          assert.equal(result.hits, hits);
        });
      }
    }
  });
}
