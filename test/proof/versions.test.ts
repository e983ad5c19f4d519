/**
 * Who reads an entry without its lock never takes the version of a free record for its own: `0` stands in an entry for as
 * long as a removal tries to count itself, also in one that stays because another thread has changed the count meanwhile.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { it } from 'node:test';
import { ALL } from '../support/effort.js';
import { assertClean, call, explore, type Program, type Scenario, World } from './explore/index.js';
import { NOW } from './schedules/actions.js';
import { builtEngine, prepared } from './schedules/engines.js';
import { sized } from './schedules/line.js';
import { ownerOf } from './schedules/operation.js';

/** Schedules at most: all there are, or in the ordinary run a part. */
const MOST = ALL ? Number.POSITIVE_INFINITY : 2000;
const PAGES = 14;
const SHARDS = 2;
const SEED = [1, 2, 3, 4] as const;
/** Less than a tick of the wheel. */
const TTL = 500;
const LATER = NOW + 1_000_000;
const KEY = sized(1);
/** Threads: one reads `a`, which the cleaner removes in one step, while the other puts `b` into another shard. */
const [READER, CLEANER, WRITER] = [0, 1, 2];

function place(world: World, thread: number, name: string): number {
  return (world.query('slotAddress', thread) >>> 0) + world.global(name);
}

function prepare(world: World): void {
  assert.equal(world.call('initialize', PAGES, 3, SHARDS, NOW, ...SEED), 1);
  for (const thread of [READER, CLEANER, WRITER]) {
    assert.equal(world.callAs(thread, 'claimSlot', ...ownerOf(thread)), thread);
    world.write(place(world, thread, 'slotKey'), Buffer.from(thread === WRITER ? 'b' : 'a'));
  }
  assert.equal(world.callAs(READER, 'put', KEY, KEY, NOW, TTL, 0), 0);
  // the wheel goes up to the bucket of `a`
  for (let shard = 0; shard < SHARDS; shard++) world.callAs(CLEANER, 'clean', shard, LATER, 1, 0);
}

function* read(world: World): Program {
  const found = yield* call('peek', KEY, NOW);
  if (found < 0) return;
  const version = world.view.getBigUint64(place(world, READER, 'slotEntryVersion'), true);
  assert.notEqual(version, 0n, 'the version of an entry that is there');
}

function* clean(): Program {
  for (let shard = 0; shard < SHARDS; shard++) yield* call('clean', shard, LATER, 1, 0);
}

function* write(): Program {
  yield* call('put', KEY, KEY, NOW, 0, 0);
}

it('a removal that is not counted at once shows no reader the version of a free record', (test) => {
  const world = new World({ module: prepared(builtEngine()), pages: PAGES, threads: 3, prepare });
  const begin = (): Scenario => ({ threads: [read(world), clean(), write()] });
  const report = explore(world, begin, { mode: 'exhaustive', preemptions: 3, schedules: MOST });
  test.diagnostic(`${report.schedules} schedules, ${report.pruned} pruned`);
  assertClean(report, ALL ? 'complete' : 'sampled');
});
