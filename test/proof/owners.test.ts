/**
 * A take-over, which looks for who has each block of an arena, beside a thread that needs no lock of it: that evicts, and uses
 * its victim's block again; or beside one that has the arena's lock. Whatever the order, no block that somebody has is free
 * afterwards, and every other one is.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REPORT, Status } from '../../src/memory/engine.js';
import type { Patch } from '../support/mutant.js';
import { blankMemory, Doors } from '../support/structures.js';
import { call, type Outcome, type World } from './explore/index.js';
import { NOW } from './schedules/actions.js';
import {
  findsEngines,
  KEY,
  makeCache,
  type Orders,
  passes,
  patiently,
  writeKey,
} from './schedules/orders.js';

/** A number that no slot here has: of who has died with the lock. */
const DEAD = 100;
const WRITER = 1;

interface Plot {
  /** What the dead thread has locked: the arena if nothing is said. */
  readonly locked?: 'shard';
  /** Where the writer has the only block. */
  readonly start: 'hand' | 'garbage' | 'entry';
  /** The keys that the writer stores, one after the other. None: it gives back what it has, and sees what is to be done. */
  readonly puts: readonly string[];
  readonly preemptions: number;
}

const { at: offsets } = (await Doors.opener())(blankMemory(1));

function put(world: World, key: string, flags = 0): [name: string, ...args: number[]] {
  writeKey(world, WRITER, key);
  return ['put', KEY, KEY, NOW, 0, flags];
}

/** A cache for one entry, and a lock of nobody who lives. */
function prepare(world: World, { start, locked }: Plot): void {
  makeCache(world, 1, 1, 2);
  if (start === 'hand') {
    assert.equal(world.callAs(WRITER, 'reserve', KEY, KEY, NOW, 0), Status.OK);
  } else {
    assert.equal(world.callAs(WRITER, ...put(world, 'a')), Status.OK);
  }
  if (start === 'garbage') assert.equal(world.callAs(WRITER, ...put(world, 'b', REPORT)), Status.REMOVED);
  const at = locked === 'shard' ? offsets.headerShards : offsets.headerArenas;
  const lockAt = world.view.getUint32(at, true) + offsets.LOCK_OFFSET;
  world.view.setUint32(lockAt, world.view.getUint32(lockAt, true) + DEAD, true);
}

function check({ world }: Outcome, { puts }: Plot): void {
  assert.equal(world.query('verify'), 0);
  const last = puts.at(-1);
  if (last === undefined) return;
  put(world, last);
  assert.equal(world.callAs(WRITER, 'has', KEY, NOW), Status.OK);
}

function orders(plot: Plot): Orders {
  return {
    threads: 2,
    preemptions: plot.preemptions,
    prepare: (world) => prepare(world, plot),
    begin: (world) => ({
      threads: [
        (function* () {
          assert.equal(yield* call('rebuildOwnedBy', DEAD), 1);
          assert.equal(yield* patiently('emptyHands'), Status.OK);
        })(),
        (function* () {
          for (const key of plot.puts) assert.equal(yield* patiently(...put(world, key)), Status.OK);
          if (plot.puts.length === 0) assert.equal(yield* patiently('emptyHands'), Status.OK);
        })(),
      ],
      check: (outcome) => check(outcome, plot),
    }),
  };
}

const SAME_RECORD: Plot = { start: 'garbage', puts: ['b'], preemptions: 3 };
const SAME_RECORD_TWICE: Plot = { start: 'garbage', puts: ['b', 'c'], preemptions: 4 };
const SHARD: Plot = { locked: 'shard', start: 'entry', puts: ['b'], preemptions: 2 };
const BOTH: Plot = { locked: 'shard', start: 'entry', puts: [], preemptions: 2 };
const SAME_HAND: Plot = { start: 'hand', puts: ['b', 'c'], preemptions: 4 };
const CASES: readonly (readonly [name: string, plot: Plot])[] = [
  ['a block that goes from an entry to the next one in the same record', SAME_RECORD],
  ['a block that does so and leaves that one again', SAME_RECORD_TWICE],
  ['a block that comes back to the hand it was in', SAME_HAND],
  ['a block whose shard is emptied while its arena is locked', SHARD],
  ['a block whose shard is emptied beside somebody else who looks through its arena', BOTH],
];

function rebuild(edits: Patch['edits']): Patch {
  return { file: 'rebuild.ts', edits };
}

describe('in every order', () => {
  for (const [name, plot] of CASES) it(name, (test) => passes(test, orders(plot)));
});

const orphaned = '    atomic.or<u32>(ORPHANS_WORD, ((<u32>1) << header().arenaCount) - 1);\n';
const defects: readonly (readonly [name: string, plot: Plot, patch: Patch])[] = [
  [
    'that says so before its blocks belong to nobody',
    BOTH,
    rebuild([
      [orphaned, ''],
      ['    rebuildShard(shardAt(i), i);\n', `${orphaned}    rebuildShard(shardAt(i), i);\n`],
    ]),
  ],
  [
    'that uses a block again without a mark that it is in its hand',
    SAME_RECORD,
    { file: 'blocks.ts', edits: [['  block.owner = slotMark(myNumber);\n', '']] },
  ],
  [
    'that asks for the owner once',
    SAME_RECORD,
    rebuild([
      [
        '    if (rebuildOwnerOf(at) != holder) continue;\n    // a section',
        '    return false;\n    // a section',
      ],
    ]),
  ],
  [
    'that takes an owner that is the same again for one that has stayed',
    SAME_RECORD_TWICE,
    rebuild([['if (rebuildTurns(holder) == turns) return false;', 'return false;']]),
  ],
  [
    'that does not ask again whether the owner has the block',
    SAME_RECORD,
    rebuild([
      [
        '    // a section that has given it back to this entry may not be over yet\n    if (rebuildHolds(holder, at)) return true;\n',
        '',
      ],
    ]),
  ],
  [
    'that takes a hand that has the block again for one that has kept it',
    SAME_HAND,
    rebuild([
      [
        "return atomic.load<u64>(changetype<usize>(slotAt((holder >> 1) - 1)) + offsetof<Slot>('puts'));",
        'return 0;',
      ],
    ]),
  ],
  [
    'that counts turns from later on than it knows the owner',
    SAME_HAND,
    rebuild([
      [
        '    if (rebuildOwnerOf(at) != holder) continue;\n    if (rebuildHolds(holder, at)) return true;\n    const count',
        '    if (rebuildHolds(holder, at)) return true;\n    const count',
      ],
    ]),
  ],
];

findsEngines(defects.map(([name, plot, patch]) => [name, orders(plot), patch]));
