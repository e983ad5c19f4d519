/** Proofs that drive calls of the engine by themselves, on a small cache, in every order of their steps. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, it, type TestContext } from 'node:test';
import { Status } from '../../../src/memory/engine.js';
import { ALL } from '../../support/effort.js';
import { compileMutants, type Patch } from '../../support/mutant.js';
import {
  assertClean,
  assertFails,
  call,
  explore,
  type KillOptions,
  type Report,
  type Scenario,
  type Step,
  World,
} from '../explore/index.js';
import { NOW } from './actions.js';
import { builtEngine, prepared } from './engines.js';
import { sized } from './line.js';
import { ownerOf } from './operation.js';

/** A key, or a value, of one byte. */
export const KEY: number = sized(1);

const PAGES = 14;
const SEED = [1, 2, 3, 4] as const;
const LIMITS = { events: 20_000 };
/** Schedules of the ordinary run at most; others run all there are. */
const SOME = 3000;

/** What threads do, in every order. */
export interface Orders {
  readonly threads: number;
  /** Switches away from a thread that could go on. Default 2. */
  readonly preemptions?: number;
  readonly kill?: KillOptions;
  /** Makes the cache that each schedule begins with. */
  readonly prepare: (world: World) => void;
  /** What happens in a schedule. */
  readonly begin: (world: World) => Scenario;
}

/** Makes a cache, and takes slots in it for so many threads. */
export function makeCache(world: World, maxSize: number, shards: number, threads: number): void {
  assert.equal(world.call('initialize', PAGES, maxSize, shards, NOW, ...SEED), 1);
  for (let thread = 0; thread < threads; thread++) {
    assert.equal(world.callAs(thread, 'claimSlot', ...ownerOf(thread)), thread);
  }
}

/** Where something stands in the slot of a thread, by the name of the engine's export. */
export function placeIn(world: World, slot: number, name: string): number {
  return (world.query('slotAddress', slot) >>> 0) + world.global(name);
}

/** Writes a key where the thread's next call reads it. */
export function writeKey(world: World, slot: number, key: string): void {
  world.write(placeIn(world, slot, 'slotKey'), Buffer.from(key));
}

/** Calls again while somebody has a lock. */
export function* patiently(name: string, ...args: number[]): Step<number> {
  for (;;) {
    const result = yield* call(name, ...args);
    if (result !== Status.BUSY) return result;
  }
}

function exploreOrders(
  module: Uint8Array,
  { threads, prepare, begin, preemptions, kill }: Orders,
  schedules = Number.POSITIVE_INFINITY,
): Report {
  const world = new World({ module: prepared(module), pages: PAGES, threads, prepare });
  return explore(world, () => begin(world), {
    mode: 'exhaustive',
    preemptions: preemptions ?? 2,
    schedules,
    limits: LIMITS,
    ...(kill && { kill }),
  });
}

/** Throws unless the built engine passes in every order; in the ordinary run, where there are many, in some. */
export function passes(test: TestContext, orders: Orders): void {
  const report = exploreOrders(builtEngine(), orders, ALL ? Number.POSITIVE_INFINITY : SOME);
  const { schedules, pruned } = report;
  test.diagnostic(`${schedules} schedules, ${pruned} pruned`);
  assertClean(report, ALL || schedules + pruned < SOME ? 'complete' : 'sampled');
}

/** A test for each defect, that some order shows it; the ordinary run leaves them out. */
export function findsEngines(
  defects: readonly (readonly [name: string, orders: Orders, patch: Patch])[],
): void {
  if (!ALL) return;
  const compiled = compileMutants(defects.map(([, , patch]) => patch));
  // whoever waits for it says so
  compiled.catch(() => undefined);
  describe('finds an engine', () => {
    for (const [index, [name, orders]] of defects.entries()) {
      it(name, async (test) => {
        const report = exploreOrders((await compiled)[index] as Uint8Array, orders);
        const { kind, message } = assertFails(report);
        test.diagnostic(`${report.schedules} schedules; ${kind}: ${message.split('\n')[0]}`);
      });
    }
  });
}
