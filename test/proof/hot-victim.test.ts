/**
 * An evictor that is held up between choosing its victim and taking it: what has become the newest of all meanwhile stays,
 * and the entry that is the oldest by then goes. The contract would allow the other; see docs/decisions.md.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { it } from 'node:test';
import { Status } from '../../src/memory/engine.js';
import { ALL } from '../support/effort.js';
import { compileMutants } from '../support/mutant.js';
import {
  assertClean,
  assertFails,
  call,
  explore,
  type Outcome,
  type Scenario,
  type Step,
  World,
} from './explore/index.js';
import { NOW } from './schedules/actions.js';
import { builtEngine, prepared } from './schedules/engines.js';
import { sized } from './schedules/line.js';
import { ownerOf } from './schedules/operation.js';

const PAGES = 14;
const SHARDS = 2;
const SEED = [1, 2, 3, 4] as const;
const KEY = sized(1);
/** Each key is alone in its shard: the place in its list does not change. */
const [OLDEST, OTHER] = ['a', 'b'] as const;
const [EVICTOR, USER] = [0, 1] as const;

function write(world: World, thread: number, key: string): void {
  const keyAt = (world.query('slotAddress', thread) >>> 0) + world.global('slotKey');
  world.write(keyAt, Buffer.from(key));
}

function prepare(world: World): void {
  assert.equal(world.call('initialize', PAGES, 2, SHARDS, NOW, ...SEED), 1);
  for (const thread of [EVICTOR, USER]) {
    assert.equal(world.callAs(thread, 'claimSlot', ...ownerOf(thread)), thread);
  }
  for (const key of [OLDEST, OTHER]) {
    write(world, EVICTOR, key);
    assert.equal(world.callAs(EVICTOR, 'put', KEY, KEY, NOW, 0, 0), Status.OK);
  }
}

function* evict(world: World): Step<void> {
  write(world, EVICTOR, 'c');
  assert.equal(yield* call('put', KEY, KEY, NOW, 0, 0), Status.OK);
}

/** Whether the oldest entry is there, and has become the newest. */
function* use(world: World): Step<boolean> {
  write(world, USER, OLDEST);
  const steps = [['get', KEY, NOW], ['applyLogs'], ['has', KEY, NOW]] as const;
  for (const [name, ...args] of steps) if ((yield* call(name, ...args)) < 0) return false;
  return true;
}

function exploreAll(module: Uint8Array): ReturnType<typeof explore> {
  const world = new World({ module: prepared(module), pages: PAGES, threads: 2, prepare });
  const begin = (): Scenario => {
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
        write(world, USER, OLDEST);
        if (isHot) assert.equal(world.callAs(USER, 'has', KEY, NOW), Status.OK, 'the entry that is hot');
      },
    };
  };
  return explore(world, begin, { mode: 'exhaustive', preemptions: 2, limits: { events: 20_000 } });
}

it('what is hot by now is not evicted, in every order', (test) => {
  const report = exploreAll(builtEngine());
  test.diagnostic(`${report.schedules} schedules, ${report.pruned} pruned`);
  assertClean(report);
});

if (ALL) {
  it('finds a removal that looks at the place of its victim and not at its stamp', async (test) => {
    const edits = [[' || entry.stamp != stamp)', ')']] as const;
    const [module] = await compileMutants([{ file: 'sections.ts', edits }]);
    const { kind, message } = assertFails(exploreAll(module as Uint8Array));
    test.diagnostic(`${kind}: ${message.split('\n')[0]}`);
  });
}
