/**
 * An evictor that is held up between choosing its victim and taking it: what has become the newest of all meanwhile stays,
 * and the entry that is the oldest by then goes. The contract would allow the other; see docs/decisions.md.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Status } from '../../src/memory/engine.js';
import { call, type Outcome, type Scenario, type Step, type World } from './explore/index.js';
import { NOW } from './schedules/actions.js';
import { findsEngines, KEY, makeCache, type Orders, passes, writeKey } from './schedules/orders.js';

const SHARDS = 2;
/** Each key is alone in its shard: the place in its list does not change. */
const [OLDEST, OTHER] = ['a', 'b'] as const;
const [EVICTOR, USER] = [0, 1] as const;

function prepare(world: World): void {
  makeCache(world, 2, SHARDS, 2);
  for (const key of [OLDEST, OTHER]) {
    writeKey(world, EVICTOR, key);
    assert.equal(world.callAs(EVICTOR, 'put', KEY, KEY, NOW, 0, 0), Status.OK);
  }
}

function* evict(world: World): Step<void> {
  writeKey(world, EVICTOR, 'c');
  assert.equal(yield* call('put', KEY, KEY, NOW, 0, 0), Status.OK);
}

/** Whether the oldest entry is there, and has become the newest. */
function* use(world: World): Step<boolean> {
  writeKey(world, USER, OLDEST);
  const steps = [['get', KEY, NOW], ['applyLogs'], ['has', KEY, NOW]] as const;
  for (const [name, ...args] of steps) if ((yield* call(name, ...args)) < 0) return false;
  return true;
}

function begin(world: World): Scenario {
  let isHot = false;
  return {
    threads: [
      evict(world),
      (function* () {
        isHot = yield* use(world);
      })(),
    ],
    check: ({ world }: Outcome) => {
      assert.equal(world.query('verify'), 0);
      writeKey(world, USER, OLDEST);
      if (isHot) assert.equal(world.callAs(USER, 'has', KEY, NOW), Status.OK, 'the entry that is hot');
    },
  };
}

const HELD_UP: Orders = { threads: 2, prepare, begin };

it('what is hot by now is not evicted, in every order', (test) => passes(test, HELD_UP));

findsEngines([
  [
    'whose removal looks at the place of its victim and not at its stamp',
    HELD_UP,
    { file: 'sections.ts', edits: [[' || entry.stamp != stamp)', ')']] },
  ],
]);
