/**
 * A slot that changes hands: it is nobody's only when it is empty, so that neither who takes it next nor who empties it
 * touches what the other has in hand, and whoever dies on the way leaves nothing in a slot that nobody looks after.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, it } from 'node:test';
import { Status } from '../../src/memory/engine.js';
import { ALL } from '../support/effort.js';
import { compileMutants, type Patch } from '../support/mutant.js';
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

/** Schedules at most: all there are, or in the ordinary run a part. */
const MOST = ALL ? Number.POSITIVE_INFINITY : 1000;
const PAGES = 14;
const SEED = [1, 2, 3, 4] as const;
const KEY = sized(1);
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

function write(world: World, slot: number, key: string): void {
  const keyAt = (world.query('slotAddress', slot) >>> 0) + world.global('slotKey');
  world.write(keyAt, Buffer.from(key));
}

function prepare(world: World): void {
  assert.equal(world.call('initialize', PAGES, 4, 1, NOW, ...SEED), 1);
  for (const thread of [FIRST, OTHER]) {
    assert.equal(world.callAs(thread, 'claimSlot', ...ownerOf(thread)), thread);
  }
  write(world, FIRST, 'a');
  assert.equal(world.callAs(FIRST, 'claimFlight', KEY, NOW, NOW, NOW + LEASE), Status.OK);
  assert.equal(world.callAs(FIRST, 'reserve', KEY, KEY, NOW, 0), Status.OK);
}

/** Calls again while somebody has a lock. */
function* patiently(name: string, ...args: number[]): Step<number> {
  for (;;) {
    const result = yield* call(name, ...args);
    if (result !== Status.BUSY) return result;
  }
}

function* giveBack({ kind }: Plot): Step<void> {
  const names = [...ownerOf(FIRST), ...ownerOf(OTHER)];
  const result = yield* kind === 'leaves' ? patiently('releaseSlot') : patiently('reapSlot', FIRST, ...names);
  assert.equal(result, Status.OK);
}

/** Takes a slot, loads a key and stores it. */
function* come(world: World): Step<void> {
  const slot = yield* call('claimSlot', ...ownerOf(COMER));
  write(world, slot, 'c');
  assert.equal(yield* patiently('claimFlight', KEY, NOW, NOW, NOW + LEASE), Status.OK);
  const at = world.view.getUint32((world.query('slotAddress', slot) >>> 0) + world.global('slotEntry'), true);
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
  write(world, OTHER, 'a');
  const claimed = world.callAs(OTHER, 'claimFlight', KEY, NOW, NOW, NOW + LEASE);
  assert.equal(claimed, Status.OK, 'the load of a thread that has gone');
  assert.equal(world.query('size'), 1);
}

function exploreAll(
  module: Uint8Array,
  plot: Plot,
  most = Number.POSITIVE_INFINITY,
): ReturnType<typeof explore> {
  const options = { module: prepared(module), pages: PAGES, threads: THREADS };
  const world = new World({ ...options, prepare });
  const giver = plot.kind === 'leaves' ? FIRST : OTHER;
  const begin = (): Scenario => ({
    threads: [FIRST, OTHER, COMER].map(function* (thread) {
      if (thread === giver) yield* giveBack(plot);
      else if (thread === COMER) yield* come(world);
    }),
    check,
  });
  return explore(world, begin, {
    mode: 'exhaustive',
    preemptions: plot.deadly === undefined ? 2 : 1,
    schedules: most,
    limits: { events: 20_000 },
    ...(plot.deadly === undefined ? {} : { kill: { threads: [giver], at: 'interrupts' } }),
  });
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
  for (const [name, plot] of CASES) {
    it(name, (test) => {
      const report = exploreAll(builtEngine(), plot, MOST);
      test.diagnostic(`${report.schedules} schedules, ${report.pruned} pruned`);
      assertClean(report, ALL ? 'complete' : 'sampled');
    });
  }
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

describe('finds an engine', () => {
  const compiled = compileMutants((ALL ? defects : []).map(([, , edits]) => ({ file: 'slots.ts', edits })));
  compiled.catch(() => undefined);
  for (const [index, [name, plot]] of (ALL ? defects : []).entries()) {
    it(name, async (test) => {
      const report = exploreAll((await compiled)[index] as Uint8Array, plot);
      const { kind, message } = assertFails(report);
      test.diagnostic(`${report.schedules} schedules; ${kind}: ${message.split('\n')[0]}`);
    });
  }
});
