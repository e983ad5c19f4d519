/** A cache of the real engine in a simulated world: how its schedules begin, what the threads do, how it has to end. */
import assert from 'node:assert/strict';
import { Status } from '../../../src/memory/engine.js';
import { type Instrumented, type Outcome, type Scenario, World } from '../explore/index.js';
import { type Action, label, NOW } from './actions.js';
import { describe, type End, explain, type Happened, signatureOf } from './explain.js';
import { intervalOf, type Operation, ownerOf, type Shared } from './operation.js';
import { assertLawful, Quiet } from './quiet.js';
import { Seat } from './seat.js';
import type { Rules } from './specification.js';
import { type Counts, EMPTY, type State } from './state.js';

/** What threads do to a cache, and to which one. */
export interface Plot {
  /** Default 1. */
  readonly shards?: number;
  readonly maxSize: number;
  /** Pages of 64 KiB. Default 14, which make one arena. */
  readonly pages?: number;
  /** What has happened before. */
  readonly before?: readonly Action[];
  /** What the first thread has done after that: its accesses are in its log. */
  readonly warm?: readonly Action[];
  readonly threads: readonly (readonly Action[])[];
  /** Memory is scarce: puts may evict before the cache is full. */
  readonly pressed?: boolean;
  /** A key that only takes up memory: its value is not read. */
  readonly ballast?: string;
  /** Whoever meets another thread's claim lifts it at once. */
  readonly impatient?: boolean;
  /** Whoever removes an entry wants to be told. */
  readonly reporting?: boolean;
  /** The order of use is looked at in the end. */
  readonly ordered?: boolean;
  /** A thread may die with a lock, so a shard may be lost. */
  readonly mayLose?: boolean;
}

const PAGES = 14;
const SEED = [1, 2, 3, 4] as const;
const BEGINNING = 1;
/** After every deadline. */
const LATE = 3_600_000_000;
/** µs */
const TICK = 1024;
const CLEANER_STEPS = 1000;
const REBUILDS = 6;
const ENTRY_BYTES = 64;
/** The word of the count: {closed: 1, epoch: 31, count: 32}. */
const COUNT_BYTES = 4;
const CLOSED = 2 ** 31;

/** One world for one plot. */
export class Cache {
  readonly world: World;
  readonly #plot: Plot;
  readonly #actions: readonly Action[];
  readonly #keys: readonly string[];
  readonly #quiet: Quiet;
  /** The keys of each bucket, where somebody goes through them. */
  readonly #order: Rules['order'];
  /** What every schedule begins with, as the specification has it. */
  readonly #initial: State;
  /** What had been decoded before. */
  readonly #decoded: Seat['decoded'];
  /** Signatures of what is explained. */
  readonly #explained = new Set<string>();

  constructor(module: Instrumented, plot: Plot) {
    const { maxSize, shards = 1, pages = PAGES, before = [], warm = [], threads } = plot;
    this.#plot = plot;
    this.#actions = [...before, ...warm, ...threads.flat()];
    this.#keys = [...new Set(this.#actions.flatMap((action) => ('key' in action ? [action.key] : [])))];
    let story: ReturnType<Quiet['play']>[] = [];
    let quiet: Quiet | undefined;
    const prepare = (world: World): void => {
      assert.equal(world.call('initialize', pages, maxSize, shards, BEGINNING, ...SEED), 1);
      for (let thread = 0; thread < world.threads; thread++) {
        assert.equal(world.callAs(thread, 'claimSlot', ...ownerOf(thread)), thread);
      }
      quiet = new Quiet(world, maxSize);
      story = [quiet.play(before), quiet.play(warm, 0)];
    };
    this.world = new World({ module, pages, threads: threads.length, prepare });
    assert.ok(quiet !== undefined);
    this.#quiet = quiet;
    this.#decoded = new Map(story.flatMap(({ decoded }) => [...decoded]));
    const isWalked = this.#actions.some(({ kind }) => kind === 'scan' || kind === 'walk');
    this.#order = isWalked ? quiet.buckets(this.#keys) : [];
    this.world.restore();
    this.#initial = this.#beginning(story.flatMap(({ operations }) => operations));
  }

  #beginning(operations: readonly Operation[]): State {
    const history = operations.map(
      (operation, index): Happened => ({ ...operation, start: index * 2, end: index * 2 + 1 }),
    );
    const end = this.#quiet.look(this.#keys, this.#plot.ballast);
    this.world.restore();
    const state = explain(EMPTY, history, end, this.#rules(end));
    if (state === undefined) throw new Error(`Cannot explain the beginning\n${describe(history, end)}`);
    return state;
  }

  #rules(end: End): Rules {
    const { maxSize, shards = 1, pressed } = this.#plot;
    const left = end.entries.map(({ value }) => value);
    const gone = this.#actions.flatMap((action) =>
      action.kind === 'put' && !left.includes(label(action.value)) ? [action.key] : [],
    );
    return { maxSize, shards, victims: pressed === true ? gone : [], order: this.#order };
  }

  /** One schedule, for explore(). */
  begin(): Scenario {
    const { maxSize, threads, impatient = false, reporting = false } = this.#plot;
    const shared: Shared = {
      world: this.world,
      maxSize,
      operations: [],
      dead: new Set(),
      impatient,
      reporting,
    };
    return {
      threads: threads.map((actions, index) => new Seat(shared, index, this.#decoded).play(actions)),
      died: (thread) => shared.dead.add(thread),
      check: (outcome) => this.#check(outcome, shared.operations),
    };
  }

  #check({ world, history, killed }: Outcome, operations: readonly Operation[]): void {
    if (killed !== undefined) this.#tidyUp(killed);
    const rebuilt = this.#quiet.counter(REBUILDS) > 0;
    if (rebuilt && this.#plot.mayLose !== true) throw new Error('A thread died with a lock in its hand');
    const calls = this.#plot.threads.map((_, thread) => history.filter((call) => call.thread === thread));
    const happened = operations.flatMap((operation) => intervalOf(operation, calls[operation.thread] ?? []));
    this.#reopen();
    if (!rebuilt) assertLawful(world);
    const end = this.#look(rebuilt ? 'nothing' : killed === undefined ? 'all' : 'changes');
    this.#checkExplained(happened, end, rebuilt);
    if (rebuilt) this.#checkTakeOver(end);
    else if (this.#plot.ordered !== true) this.#checkCleaner(end);
  }

  /** A closed cache is opened for being looked at: as if the close had been a clear, for its entries are gone. */
  #reopen(): void {
    const { view } = this.world;
    const epochAt = this.world.global('COUNT_WORD') + COUNT_BYTES;
    const epoch = view.getUint32(epochAt, true);
    if (epoch < CLOSED) return;
    view.setUint32(epochAt, epoch - CLOSED, true);
    this.world.call('clear', NOW);
  }

  #tidyUp(killed: number): void {
    this.#quiet.reap(killed);
    if (this.#plot.mayLose !== true) return;
    // a lock without an owner may have kept the others from freeing a block: as if they left now
    for (let thread = 0; thread < this.world.threads; thread++) this.#quiet.reap(thread);
  }

  #look(counted: 'all' | 'changes' | 'nothing'): End {
    const found = this.#quiet.look(this.#keys, this.#plot.ballast);
    if (counted !== 'nothing') assert.equal(this.world.query('size'), found.entries.length, 'entries by key');
    const { puts, deletes, evictions, expired } = found.counts as Counts;
    const changes = counted === 'nothing' ? {} : { puts, deletes, evictions, expired };
    const counts = counted === 'all' ? found.counts : changes;
    if (this.#plot.ordered !== true || counted === 'nothing') return { ...found, counts };
    const order = this.#quiet.pushOut().reverse();
    assertLawful(this.world);
    const entries = order.flatMap((key) => found.entries.filter((entry) => entry.key === key));
    return { entries, ordered: true, counts };
  }

  #checkExplained(happened: readonly Happened[], end: End, rebuilt: boolean): void {
    const signature = `${rebuilt}${signatureOf(happened, end)}`;
    if (this.#explained.has(signature)) return;
    const histories = rebuilt ? this.#losses().map((loss) => [...happened, loss]) : [happened];
    if (histories.every((history) => explain(this.#initial, history, end, this.#rules(end)) === undefined)) {
      throw new Error(`No order of the steps explains this\n${describe(happened, end)}`);
    }
    this.#explained.add(signature);
  }

  /** What a take-over may cost: the entries of one shard, nothing else. */
  #losses(): Happened[] {
    const base = Math.min(...[...this.#decoded.values()].map(({ record }) => record));
    const shardOf = (key: string): number | undefined => {
      const found = this.#decoded.get(key);
      return found && Math.floor((found.record - base) / (this.#plot.maxSize * ENTRY_BYTES));
    };
    return Array.from({ length: this.#plot.shards ?? 1 }, (_, shard) => {
      const keys = this.#keys.filter((key) => (shardOf(key) ?? shard) === shard);
      const action: Action = { kind: 'lose', keys };
      return { thread: -1, action, result: undefined, decoded: undefined, start: 0, end: Infinity };
    });
  }

  /** The count may be too high by one, until the next clear. */
  #checkTakeOver(end: End): void {
    const surplus = this.world.query('size') - end.entries.length;
    assert.ok(surplus === 0 || surplus === 1, `the count is too high by ${surplus}`);
    this.world.call('clear', LATE);
    assertLawful(this.world);
  }

  /** The cleaner removes all that was cleared, and exactly what is due: a moment after everything, and much later. */
  #checkCleaner(end: End): void {
    const deadlines = new Map(
      this.#actions.flatMap((action) =>
        'value' in action && 'ttl' in action && action.ttl > 0
          ? [[label(action.value), action.now + action.ttl]]
          : [],
      ),
    );
    if (deadlines.size === 0 && this.#actions.every(({ kind }) => kind !== 'clear' && kind !== 'close'))
      return;
    const soon =
      Math.max(NOW, ...this.#actions.map((action) => ('now' in action ? action.now : 0))) + 2 * TICK;
    for (const now of [soon, LATE]) {
      for (let shard = 0; shard < (this.#plot.shards ?? 1); shard++) {
        while (this.world.call('clean', shard, now, CLEANER_STEPS, 0) !== Status.MISS);
      }
      const tick = Math.floor(now / TICK);
      const left = end.entries.filter(
        ({ value }) => Math.floor((deadlines.get(value) ?? Infinity) / TICK) >= tick,
      );
      assert.equal(this.world.query('size'), left.length, `entries that the cleaner leaves at ${now}`);
      assert.equal(
        this.world.query('recordsUsed'),
        left.length,
        'records in use after a round of the cleaner',
      );
      assertLawful(this.world);
    }
  }
}
