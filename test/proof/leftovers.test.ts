/**
 * What a clear has left behind goes, however the cleaner, an application of accesses and the next clear meet: the cleaner
 * must not take a list for empty while its only entry is moved to its front.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { it } from 'node:test';
import { ALL } from '../support/effort.js';
import { assertClean, call, explore, type Outcome, type Scenario, World } from './explore/index.js';
import { NOW } from './schedules/actions.js';
import { builtEngine, prepared } from './schedules/engines.js';
import { sized } from './schedules/line.js';
import { ownerOf } from './schedules/operation.js';

/** Schedules at most: all there are, or in the ordinary run a part. */
const MOST = ALL ? Number.POSITIVE_INFINITY : 2000;
const PAGES = 14;
const SHARDS = 2;
const SEED = [1, 2, 3, 4] as const;
const KEY = sized(1);
/** So many that more are left of them than a clear and a put take away. */
const KEYS = 'bcdefghijklmnopa';
const MISS = -1;
const STEPS = 100;
/** Threads: the cleaner makes one step in the shard of `a`, while the others apply accesses and clear. */
const [CLEANER, APPLIER, CLEARER] = [0, 1, 2];
/** Where `a` stands; a clear to an even epoch tidies up in the other shard. */
const SHARD = 1;

function clean(world: World, shard: number, steps: number): number {
  return world.callAs(CLEANER, 'clean', shard, NOW, steps, 0);
}

/** One entry in use, whose access is still in the log, in a shard of which nobody has seen that it has no leftovers. */
function prepare(world: World): void {
  assert.equal(world.call('initialize', PAGES, 32, SHARDS, NOW, ...SEED), 1);
  for (const thread of [CLEANER, APPLIER, CLEARER]) {
    assert.equal(world.callAs(thread, 'claimSlot', ...ownerOf(thread)), thread);
  }
  const keyAt = (world.query('slotAddress', CLEARER) >>> 0) + world.global('slotKey');
  for (const key of KEYS) {
    if (key === 'a') world.callAs(CLEARER, 'clear', NOW);
    world.write(keyAt, Buffer.from(key));
    assert.equal(world.callAs(CLEARER, 'put', KEY, KEY, NOW, 0, 0), 0);
  }
  assert.ok(world.callAs(CLEARER, 'get', KEY, NOW) >= 0);
  while (clean(world, 1 - SHARD, STEPS) !== MISS);
  while (world.query('recordsUsed') > 1) clean(world, SHARD, 1);
}

function check({ world }: Outcome): void {
  for (let shard = 0; shard < SHARDS; shard++) while (clean(world, shard, STEPS) !== MISS);
  assert.equal(world.query('recordsUsed'), 0, 'records of a cleared cache');
}

it('a cleaner sees the entry that is just moved', (test) => {
  const world = new World({ module: prepared(builtEngine()), pages: PAGES, threads: 3, prepare });
  const begin = (): Scenario => ({
    threads: [
      call('clean', SHARD, NOW, 1, 0),
      call('survey', world.query('bucketCount'), NOW),
      call('clear', NOW),
    ].map(function* (step) {
      yield* step;
    }),
    check,
  });
  const report = explore(world, begin, { mode: 'exhaustive', preemptions: 3, schedules: MOST });
  test.diagnostic(`${report.schedules} schedules, ${report.pruned} pruned`);
  assertClean(report, ALL ? 'complete' : 'sampled');
});
