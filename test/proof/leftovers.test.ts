/**
 * What a clear has left behind goes, however the cleaner, an application of accesses and the next clear meet: the cleaner
 * must not take a list for empty while its only entry is moved to its front.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Status } from '../../src/memory/engine.js';
import { call, type Outcome, type World } from './explore/index.js';
import { NOW } from './schedules/actions.js';
import { KEY, makeCache, passes, writeKey } from './schedules/orders.js';

const SHARDS = 2;
/** So many that more are left of them than a clear and a put take away. */
const KEYS = 'bcdefghijklmnopa';
const STEPS = 100;
/** Threads: the cleaner makes one step in the shard of `a`, while the others apply accesses and clear. */
const [CLEANER, CLEARER] = [0, 2];
/** Where `a` stands; a clear to an even epoch tidies up in the other shard. */
const SHARD = 1;

function clean(world: World, shard: number, steps: number): number {
  return world.callAs(CLEANER, 'clean', shard, NOW, steps, 0);
}

/** One entry in use, whose access is still in the log, in a shard of which nobody has seen that it has no leftovers. */
function prepare(world: World): void {
  makeCache(world, 32, SHARDS, 3);
  for (const key of KEYS) {
    if (key === 'a') world.callAs(CLEARER, 'clear', NOW);
    writeKey(world, CLEARER, key);
    assert.equal(world.callAs(CLEARER, 'put', KEY, KEY, NOW, 0, 0), Status.OK);
  }
  assert.ok(world.callAs(CLEARER, 'get', KEY, NOW) >= 0);
  while (clean(world, 1 - SHARD, STEPS) !== Status.MISS);
  while (world.query('recordsUsed') > 1) clean(world, SHARD, 1);
}

function check({ world }: Outcome): void {
  for (let shard = 0; shard < SHARDS; shard++) while (clean(world, shard, STEPS) !== Status.MISS);
  assert.equal(world.query('recordsUsed'), 0, 'records of a cleared cache');
}

it('a cleaner sees the entry that is just moved', (test) => {
  passes(test, {
    threads: 3,
    preemptions: 3,
    prepare,
    begin: (world) => ({
      threads: [
        call('clean', SHARD, NOW, 1, 0),
        call('survey', world.query('bucketCount'), NOW),
        call('clear', NOW),
      ].map(function* (step) {
        yield* step;
      }),
      check,
    }),
  });
});
