/** Which budgets are accepted: from the smallest one on, every one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { engineModule, instantiate } from '../../src/memory/engine.js';
import { seeded } from '../support/random.js';
import { blankMemory } from '../support/structures.js';

const MOST_PAGES = 65_536;

const { engine } = instantiate(engineModule(), blankMemory(1));

/** Tries every number of pages. */
function sweep(maxSize: number, shards: number): void {
  let smallest = 0;
  for (let pages = 1; pages <= MOST_PAGES; pages++) {
    const isAccepted = engine.plan(pages, maxSize, shards) !== 0;
    if (isAccepted && smallest === 0) smallest = pages;
    if (isAccepted || smallest === 0) continue;
    assert.fail(`maxSize ${maxSize}, ${shards} shards: ${smallest} pages are accepted, ${pages} are not`);
  }
  assert.ok(smallest > 0, `maxSize ${maxSize}, ${shards} shards: nothing is accepted`);
}

describe('a budget with more pages than one that is accepted is accepted', () => {
  // the first was not: 969 pages were accepted, 970 were not
  for (const [maxSize, shards] of [
    [725_682, 4],
    [1, 1],
    [1000, 64],
    [100_000, 16],
    [1_000_000, 1],
    [10_000_000, 8],
    [40_000_000, 64],
  ] as const) {
    it(`maxSize ${maxSize}, ${shards} shards`, () => sweep(maxSize, shards));
  }

  it(
    'any',
    seeded((random) => {
      for (let count = 0; count < 30; count++) sweep(random.spread(1, 40_000_000), 2 ** random.below(7));
    }),
  );
});
