/**
 * A count that take-overs have left too high, in a cache that it fills: whatever others do meanwhile, the count is that
 * of the entries afterwards. And a count that is right is not mistaken for one that is not, which would cost entries.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, it } from 'node:test';
import { counters, Status } from '../../src/memory/engine.js';
import { ALL } from '../support/effort.js';
import { compileMutants, type Patch } from '../support/mutant.js';
import {
  assertClean,
  assertFails,
  call,
  explore,
  type Outcome,
  type Scenario,
  World,
} from './explore/index.js';
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

interface Plot {
  readonly maxSize: number;
  /** A key that is there; else the count says that the cache is full, and there is nothing. */
  readonly there?: string;
  /** What each thread does: `+a` puts a key, `-a` deletes it, `close` ends the cache. */
  readonly threads: readonly (readonly string[])[];
  readonly preemptions: number;
}

const TWO_PUT = [['+a'], ['+p', '+c']];
const CLOSE = 'close';
const FULL_OF_NOTHING: Plot = { maxSize: 1, threads: TWO_PUT, preemptions: 2 };
const CLOSING: Plot = { maxSize: 1, threads: [['+a'], [CLOSE]], preemptions: 2 };
/** Keys of different shards: there is never an entry where the list is looked at, but there is one all the time but once. */
const FULL: Plot = { maxSize: 1, there: 'a', threads: [['+p'], ['-a', '+b']], preemptions: 3 };

function act(world: World, thread: number, action: string): [name: string, ...args: number[]] {
  if (action === CLOSE) return ['markClosed'];
  const keyAt = (world.query('slotAddress', thread) >>> 0) + world.global('slotKey');
  world.write(keyAt, Buffer.from(action.slice(1)));
  return action.startsWith('+') ? ['put', KEY, KEY, NOW, 0, 0] : ['deleteKey', KEY, NOW];
}

function prepare(world: World, { maxSize, there, threads }: Plot): void {
  assert.equal(world.call('initialize', PAGES, maxSize, SHARDS, NOW, ...SEED), 1);
  for (const thread of threads.keys()) {
    assert.equal(world.callAs(thread, 'claimSlot', ...ownerOf(thread)), thread);
  }
  if (there === undefined) world.view.setUint32(world.global('COUNT_WORD'), maxSize, true);
  else assert.equal(world.callAs(0, ...act(world, 0, `+${there}`)), Status.OK);
  assert.equal(world.query('size'), maxSize);
}

function check({ world }: Outcome, { threads }: Plot): void {
  if (threads.flat().includes(CLOSE)) {
    assert.equal(world.query('size'), Status.CLOSED, 'the size of a cache that was closed');
    return;
  }
  assert.equal(world.query('verify'), 0);
  const count = (name: (typeof counters)[number]): number => world.query('counter', counters.indexOf(name));
  const left = count('puts') - count('deletes') - count('evictions');
  assert.equal(world.query('size'), left, 'entries that are there, for those that were put and not removed');
}

function exploreAll(
  module: Uint8Array,
  plot: Plot,
  most = Number.POSITIVE_INFINITY,
): ReturnType<typeof explore> {
  const { threads, preemptions } = plot;
  const options = { module: prepared(module), pages: PAGES, threads: threads.length };
  const world = new World({ ...options, prepare: (one) => prepare(one, plot) });
  const begin = (): Scenario => ({
    threads: threads.map(function* (actions, thread) {
      for (const action of actions) {
        const result = yield* call(...act(world, thread, action));
        const isGone = action.startsWith('-') ? result === Status.MISS : result === Status.CLOSED;
        assert.ok(result === Status.OK || isGone, `${result}`);
      }
    }),
    check: (outcome) => check(outcome, plot),
  });
  return explore(world, begin, {
    mode: 'exhaustive',
    preemptions,
    schedules: most,
    limits: { events: 20_000 },
  });
}

const CASES: readonly (readonly [name: string, plot: Plot])[] = [
  ['a cache of 1 that is full of nothing', FULL_OF_NOTHING],
  ['a cache of 2 that is full of nothing', { ...FULL_OF_NOTHING, maxSize: 2 }],
  ['a cache that is full of nothing, and closed meanwhile', CLOSING],
  ['a cache whose only entry moves', FULL],
];

describe('in every order', () => {
  for (const [name, plot] of CASES) {
    it(name, (test) => {
      const report = exploreAll(builtEngine(), plot, MOST);
      test.diagnostic(`${report.schedules} schedules, ${report.pruned} pruned`);
      assertClean(report, ALL ? 'complete' : 'sampled');
    });
  }
});

describe('finds an engine', () => {
  const file = 'removal.ts';
  const all: readonly (readonly [name: string, plot: Plot, edits: Patch['edits']])[] = [
    [
      'that goes on in the same epoch',
      FULL_OF_NOTHING,
      [
        ['import { countOf, endEpoch,', 'import { changeCount, countOf,'],
        ['endEpoch(count);', 'changeCount(count, (count >> 32) << 32);'],
      ],
    ],
    [
      'that opens a closed cache again',
      CLOSING,
      [['countOf(count) < least || isClosed(count)', 'countOf(count) < least']],
    ],
    [
      'that does not look whether an entry has come meanwhile',
      FULL,
      [['if (sumOfEmpty() == sum) endEpoch', 'endEpoch']],
    ],
  ];
  const defects = ALL ? all : [];
  const compiled = compileMutants(defects.map(([, , edits]) => ({ file, edits })));
  compiled.catch(() => undefined);
  for (const [index, [name, plot]] of defects.entries()) {
    it(name, async (test) => {
      const { kind, message } = assertFails(exploreAll((await compiled)[index] as Uint8Array, plot));
      test.diagnostic(`${kind}: ${message.split('\n')[0]}`);
    });
  }
});
