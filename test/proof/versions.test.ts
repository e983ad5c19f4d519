/**
 * Who reads an entry without its lock never takes the version of a free record for its own: `0` stands in an entry for as
 * long as a removal tries to count itself, also in one that stays because another thread has changed the count meanwhile.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Status } from '../../src/memory/engine.js';
import { call, type Program, type World } from './explore/index.js';
import { NOW } from './schedules/actions.js';
import { KEY, makeCache, passes, placeIn, writeKey } from './schedules/orders.js';

const SHARDS = 2;
/** Less than a tick of the wheel. */
const TTL = 500;
const LATER = NOW + 1_000_000;
/** Threads: one reads `a`, which the cleaner removes in one step, while the other puts `b` into another shard. */
const [READER, CLEANER, WRITER] = [0, 1, 2];

function prepare(world: World): void {
  makeCache(world, 3, SHARDS, 3);
  writeKey(world, READER, 'a');
  writeKey(world, WRITER, 'b');
  assert.equal(world.callAs(READER, 'put', KEY, KEY, NOW, TTL, 0), Status.OK);
  // the wheel goes up to the bucket of `a`
  for (let shard = 0; shard < SHARDS; shard++) world.callAs(CLEANER, 'clean', shard, LATER, 1, 0);
}

function* read(world: World): Program {
  const found = yield* call('peek', KEY, NOW);
  if (found < 0) return;
  const version = world.view.getBigUint64(placeIn(world, READER, 'slotEntryVersion'), true);
  assert.notEqual(version, 0n, 'the version of an entry that is there');
}

function* clean(): Program {
  for (let shard = 0; shard < SHARDS; shard++) yield* call('clean', shard, LATER, 1, 0);
}

function* write(): Program {
  yield* call('put', KEY, KEY, NOW, 0, 0);
}

it('a removal that is not counted at once shows no reader the version of a free record', (test) => {
  passes(test, {
    threads: 3,
    preemptions: 3,
    prepare,
    begin: (world) => ({ threads: [read(world), clean(), write()] }),
  });
});
