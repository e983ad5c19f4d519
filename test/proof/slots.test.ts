/**
 * A slot that changes hands: it is nobody's only when it is empty, so that neither who takes it next nor who empties it
 * touches what the other has in hand, and whoever dies on the way leaves nothing in a slot that nobody looks after.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Status } from '../../src/memory/engine.js';
import type { Patch } from '../support/mutant.js';
import { call, type Outcome, type Step, type World } from './explore/index.js';
import { NOW } from './schedules/actions.js';
import { ownerOf } from './schedules/operation.js';
import {
  findsEngines,
  KEY,
  makeCache,
  type Orders,
  passes,
  patiently,
  placeIn,
  writeKey,
} from './schedules/orders.js';

const LEASE = 30_000_000;
/** Who has the first slot, with a block in hand and a load under way; who takes over what is left; who comes. */
const [FIRST, OTHER, COMER] = [0, 1, 2] as const;
const THREADS = 3;

/** How the first thread's slot becomes free. */
interface Plot {
  readonly kind: 'leaves' | 'is reaped';
  /** Whoever gives it back may die on the way. */
  readonly deadly?: true;
}

function prepare(world: World): void {
  // the one that comes has none yet
  makeCache(world, 4, 1, THREADS - 1);
  writeKey(world, FIRST, 'a');
  assert.equal(world.callAs(FIRST, 'claimFlight', KEY, NOW, NOW, NOW + LEASE), Status.OK);
  assert.equal(world.callAs(FIRST, 'reserve', KEY, KEY, NOW, 0), Status.OK);
}

function* giveBack({ kind }: Plot): Step<void> {
  const names = [...ownerOf(FIRST), ...ownerOf(OTHER)];
  const result = yield* kind === 'leaves' ? patiently('releaseSlot') : patiently('reapSlot', FIRST, ...names);
  assert.equal(result, Status.OK);
}

/** Takes a slot, loads a key and stores it. */
function* come(world: World): Step<void> {
  const slot = yield* call('claimSlot', ...ownerOf(COMER));
  writeKey(world, slot, 'c');
  assert.equal(yield* patiently('claimFlight', KEY, NOW, NOW, NOW + LEASE), Status.OK);
  const at = world.view.getUint32(placeIn(world, slot, 'slotEntry'), true);
  const ticket = Number(world.view.getBigUint64(at + world.global('flightTicket'), true));
  assert.equal(yield* patiently('reserve', KEY, KEY, NOW, 0), Status.OK);
  assert.equal(yield* patiently('landFlight', KEY, KEY, NOW, 0, 0, at, ticket), Status.OK);
  assert.equal(yield* patiently('endFlight', at, ticket), Status.OK);
}

/** Whoever has died is found by the thread that its slots name. Nothing is left of anybody then. */
function check({ world, killed }: Outcome): void {
  for (const dead of killed === undefined ? [] : [FIRST, killed]) {
    for (let slot = 0; slot < THREADS; slot++) {
      world.call('reapSlot', slot, ...ownerOf(dead), ...ownerOf(THREADS));
    }
  }
  assert.equal(world.query('verify'), 0);
  writeKey(world, OTHER, 'a');
  const claimed = world.callAs(OTHER, 'claimFlight', KEY, NOW, NOW, NOW + LEASE);
  assert.equal(claimed, Status.OK, 'the load of a thread that has gone');
  assert.equal(world.query('size'), 1);
}

function orders(plot: Plot): Orders {
  const giver = plot.kind === 'leaves' ? FIRST : OTHER;
  return {
    threads: THREADS,
    prepare,
    begin: (world) => ({
      threads: [FIRST, OTHER, COMER].map(function* (thread) {
        if (thread === giver) yield* giveBack(plot);
        else if (thread === COMER) yield* come(world);
      }),
      check,
    }),
    ...(plot.deadly && { preemptions: 1, kill: { threads: [giver], at: 'interrupts' } }),
  };
}

const LEAVES: Plot = { kind: 'leaves' };
const REAPED: Plot = { kind: 'is reaped' };
const LEAVES_DYING: Plot = { kind: 'leaves', deadly: true };
const REAPED_BY_DYING: Plot = { kind: 'is reaped', deadly: true };
const CASES: readonly (readonly [name: string, plot: Plot])[] = [
  ['a thread that leaves / one that comes', LEAVES],
  ['a dead thread whose slot is given back / one that comes', REAPED],
  ['a thread that dies as it leaves / one that comes', LEAVES_DYING],
  ['a dead thread whose slot is given back by one that dies / one that comes', REAPED_BY_DYING],
];

describe('in every order', () => {
  for (const [name, plot] of CASES) it(name, (test) => passes(test, orders(plot)));
});

const LEFT_FIRST: Patch['edits'] = [
  [
    '  let result = emptyHands();\n',
    '  atomic.store<u64>(changetype<usize>(mine), <u64>STATUS_FREE);\n  let result = emptyHands();\n',
  ],
  ['  if (result == OK) atomic.store<u64>(changetype<usize>(mine), <u64>STATUS_FREE);\n', ''],
];
const REAPED_FIRST: Patch['edits'] = [
  ['  const taken = usedBy(byThread, byStart);\n', '  const taken = <u64>STATUS_FREE;\n'],
  ['  if (result == OK) changeState(slot, taken, <u64>STATUS_FREE);\n', ''],
];
const defects: readonly (readonly [name: string, plot: Plot, edits: Patch['edits']])[] = [
  ['in which who leaves marks the slot as free before it is empty', LEAVES, LEFT_FIRST],
  ['in which a slot is left free and not empty by who dies', LEAVES_DYING, LEFT_FIRST],
  ['in which a dead thread’s slot is marked as free before it is empty', REAPED, REAPED_FIRST],
  ['in which it is left free and not empty by who dies', REAPED_BY_DYING, REAPED_FIRST],
  [
    'in which a slot is free before its flights have ended',
    LEAVES,
    [
      ['  if (result == OK) result = dropFlights(myNumber);\n', ''],
      [
        '  if (result == OK) atomic.store<u64>(changetype<usize>(mine), <u64>STATUS_FREE);\n',
        '  if (result == OK) atomic.store<u64>(changetype<usize>(mine), <u64>STATUS_FREE);\n  if (result == OK) result = dropFlights(myNumber);\n',
      ],
    ],
  ],
];

findsEngines(defects.map(([name, plot, edits]) => [name, orders(plot), { file: 'slots.ts', edits }]));
