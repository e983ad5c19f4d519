/**
 * A count that take-overs have left too high, in a cache that it fills: whatever others do meanwhile, the count is that
 * of the entries afterwards. And a count that is right is not mistaken for one that is not, which would cost entries.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { counters, Status } from '../../src/memory/engine.js';
import type { Patch } from '../support/mutant.js';
import { call, type Outcome, type World } from './explore/index.js';
import { NOW } from './schedules/actions.js';
import { findsEngines, KEY, makeCache, type Orders, passes, writeKey } from './schedules/orders.js';

const SHARDS = 2;

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
  writeKey(world, thread, action.slice(1));
  return action.startsWith('+') ? ['put', KEY, KEY, NOW, 0, 0] : ['deleteKey', KEY, NOW];
}

function prepare(world: World, { maxSize, there, threads }: Plot): void {
  makeCache(world, maxSize, SHARDS, threads.length);
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

function orders(plot: Plot): Orders {
  const { threads, preemptions } = plot;
  return {
    threads: threads.length,
    preemptions,
    prepare: (world) => prepare(world, plot),
    begin: (world) => ({
      threads: threads.map(function* (actions, thread) {
        for (const action of actions) {
          const result = yield* call(...act(world, thread, action));
          const isGone = action.startsWith('-') ? result === Status.MISS : result === Status.CLOSED;
          assert.ok(result === Status.OK || isGone, `${result}`);
        }
      }),
      check: (outcome) => check(outcome, plot),
    }),
  };
}

const CASES: readonly (readonly [name: string, plot: Plot])[] = [
  ['a cache of 1 that is full of nothing', FULL_OF_NOTHING],
  ['a cache of 2 that is full of nothing', { ...FULL_OF_NOTHING, maxSize: 2 }],
  ['a cache that is full of nothing, and closed meanwhile', CLOSING],
  ['a cache whose only entry moves', FULL],
];

describe('in every order', () => {
  for (const [name, plot] of CASES) it(name, (test) => passes(test, orders(plot)));
});

const removal = (edits: Patch['edits']): Patch => ({ file: 'removal.ts', edits });

findsEngines([
  [
    'that goes on in the same epoch',
    orders(FULL_OF_NOTHING),
    removal([
      ['import { countOf, endEpoch,', 'import { changeCount, countOf,'],
      ['endEpoch(count);', 'changeCount(count, (count >> 32) << 32);'],
    ]),
  ],
  [
    'that opens a closed cache again',
    orders(CLOSING),
    removal([['countOf(count) < least || isClosed(count)', 'countOf(count) < least']]),
  ],
  [
    'that does not look whether an entry has come meanwhile',
    orders(FULL),
    removal([['if (sumOfEmpty() == sum) endEpoch', 'endEpoch']]),
  ],
]);
