import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CacheStats } from '../../src/index.js';
import { seeded } from '../support/random.js';
import { FEWEST_SAMPLES, judge, type Tolerance } from './flatness.js';
import { Samples } from './samples.js';

const COUNT = 120;
const tenth: Tolerance = { share: 0.1, amount: 0, bothWays: false };

function series(at: (index: number) => number, count = COUNT): number[] {
  return Array.from({ length: count }, (_, index) => at(index));
}

describe('judge', () => {
  it('finds a constant figure flat', () => {
    assert.deepEqual(
      judge(
        series(() => 7),
        tenth,
      ),
      { middle: 7, last: 7, isFlat: true },
    );
  });

  it('allows what is gained while warming up, and nothing like it later', () => {
    const warming = (until: number) => series((index) => 100 + Math.min(index, until));
    assert.equal(judge(warming(COUNT / 3), tenth)?.isFlat, true);
    assert.equal(judge(warming(COUNT), tenth)?.isFlat, false);
  });

  it('draws the line exactly at the share, and at the amount', () => {
    const step = (by: number) => series((index) => (index < (2 * COUNT) / 3 ? 100 : 100 + by));
    assert.equal(judge(step(10), tenth)?.isFlat, true);
    assert.equal(judge(step(11), tenth)?.isFlat, false);
    assert.equal(judge(step(11), { ...tenth, amount: 11 })?.isFlat, true);
    assert.equal(judge(step(12), { ...tenth, amount: 11 })?.isFlat, false);
  });

  it('takes a fall for a leak only where it is one', () => {
    const falling = series((index) => 1000 - index * 5);
    assert.equal(judge(falling, tenth)?.isFlat, true);
    assert.equal(judge(falling, { ...tenth, bothWays: true })?.isFlat, false);
  });

  it(
    'sees a slow leak through samples that jump about',
    seeded((random) => {
      const noise = () => (random.chance(0.1) ? -60 : random.below(5));
      assert.equal(
        judge(
          series(() => 100 + noise()),
          tenth,
        )?.isFlat,
        true,
      );
      assert.equal(
        judge(
          series((index) => 100 + index / 2 + noise()),
          tenth,
        )?.isFlat,
        false,
      );
    }),
  );

  it('says nothing of too few samples', () => {
    const few = series((index) => index, FEWEST_SAMPLES - 1);
    assert.equal(judge(few, tenth), undefined);
    assert.equal(judge([...few, FEWEST_SAMPLES - 1], tenth)?.isFlat, false);
  });
});

describe('samples of a run', () => {
  const stats = { bytesUsed: 2 ** 20, currentSize: 1000, threads: 4 } as CacheStats;

  function violationsOf(at: (index: number) => Partial<CacheStats>): string[] {
    const samples = new Samples();
    for (let index = 0; index < COUNT; index++) {
      samples.takeCaches([stats, { ...stats, ...at(index) }]);
      samples.takeProcess();
    }
    return samples.violations;
  }

  it('are flat when nothing grows', () => {
    assert.deepEqual(
      violationsOf(() => ({})),
      [],
    );
  });

  it('name the figure that grows, or falls', () => {
    const [slots] = violationsOf((index) => ({ threads: index > 90 ? 5 : 4 }));
    assert.equal(slots, 'slots did not stay flat: 8 → 9 (±0)');
    const [bytes] = violationsOf((index) => ({ bytesUsed: index * 2 ** 20 }));
    assert.match(String(bytes), /^bytes did not stay flat: .+ MiB → .+ MiB \(±10 %\)$/);
    const [entries] = violationsOf((index) => ({ currentSize: 1000 - 5 * index }));
    assert.match(String(entries), /^entries did not stay flat: /);
  });
});
