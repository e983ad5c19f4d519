/** A put that is under way when the cache is closed comes to an end, at whatever moment that is. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { it } from 'node:test';
import { Status } from '../../src/memory/engine.js';
import { assertClean, call, explore, type Scenario, World } from './explore/index.js';
import { NOW } from './schedules/actions.js';
import { builtEngine, prepared } from './schedules/engines.js';
import { sized } from './schedules/line.js';
import { ownerOf } from './schedules/operation.js';

const PAGES = 14;
const SEED = [1, 2, 3, 4] as const;
const KEY = sized(1);
const SHORT = sized(1);
const LONG = sized(40);
const [WRITER, CLOSER] = [0, 1];

function prepare(world: World): void {
  assert.equal(world.call('initialize', PAGES, 1, 1, NOW, ...SEED), 1);
  for (const thread of [WRITER, CLOSER]) {
    assert.equal(world.callAs(thread, 'claimSlot', ...ownerOf(thread)), thread);
  }
  const keyAt = (world.query('slotAddress', WRITER) >>> 0) + world.global('slotKey');
  world.write(keyAt, Buffer.from('a'));
  assert.equal(world.callAs(WRITER, 'put', KEY, SHORT, NOW, 0, 0), Status.OK);
  world.write(keyAt, Buffer.from('b'));
}

function explorePut(value: number): ReturnType<typeof explore> {
  const world = new World({ module: prepared(builtEngine()), pages: PAGES, threads: 2, prepare });
  const begin = (): Scenario => ({
    threads: [
      (function* () {
        const result = yield* call('put', KEY, value, NOW, 0, 0);
        assert.ok(result === Status.OK || result === Status.CLOSED, `${result}`);
      })(),
      (function* () {
        yield* call('markClosed');
      })(),
    ],
  });
  return explore(world, begin, { mode: 'exhaustive', preemptions: 2, limits: { events: 20_000 } });
}

it('a put that evicts an entry whose block it can use', () => assertClean(explorePut(SHORT)));

it('a put that evicts an entry whose block is too small for it', () => assertClean(explorePut(LONG)));
