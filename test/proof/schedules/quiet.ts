/** Looking at a cache, and acting on it, while no schedule runs. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { counters, REPORT, Status } from '../../../src/memory/engine.js';
import type { Step, World } from '../explore/index.js';
import { type Action, clear, has, peek, put } from './actions.js';
import type { End } from './explain.js';
import { type Operation, ownerOf, type Shared } from './operation.js';
import { Seat } from './seat.js';
import type { Counts } from './state.js';

/** Before every deadline: what has expired and was not removed is still seen. */
const EARLY = 1;
/** Keys that no scenario uses, for pushing the others out. */
const FILLERS = '\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008';
const BUSY_TRIES = 8;
const SIZED_ONE = (1 << 3) | 1;

/** The instance that prepares and checks, as one more thread of the cache. */
export class Quiet {
  readonly #world: World;
  readonly #maxSize: number;
  readonly #index: number;

  /** Claims a slot, behind those of the threads. */
  constructor(world: World, maxSize: number) {
    this.#world = world;
    this.#maxSize = maxSize;
    this.#index = world.threads;
    assert.equal(world.call('claimSlot', ...ownerOf(this.#index)), this.#index);
  }

  /** Plays actions of this or another thread to their end; what they were told, and what has been decoded. */
  play(
    actions: readonly Action[],
    thread: number = this.#index,
  ): { operations: Operation[]; decoded: Seat['decoded'] } {
    const operations: Operation[] = [];
    const shared: Shared = {
      world: this.#world,
      maxSize: this.#maxSize,
      operations,
      dead: new Set<number>(),
      impatient: false,
      reporting: false,
    };
    const seat = new Seat(shared, thread, new Map());
    this.#run(seat.play(actions), thread);
    return { operations, decoded: seat.decoded };
  }

  /** What the cache holds of these keys, in no order, and what it has counted. The value of the ballast is not read. */
  look(keys: readonly string[], ballast: string | undefined): End {
    const { operations } = this.play(
      keys.map((key) => (key === ballast ? has(key, EARLY) : peek(key, EARLY))),
    );
    const entries = operations
      .map(({ result }, index) => ({ key: keys[index] ?? '', value: result ?? '' }))
      .filter(({ value }) => value !== 'MISS');
    return { entries, ordered: false, counts: this.counts() };
  }

  /** The keys of each bucket, in the order in which a scan meets them. Nothing else is in the cache afterwards. */
  buckets(keys: readonly string[]): string[][] {
    const { view } = this.#world;
    const slot = this.#world.query('slotAddress', this.#index) >>> 0;
    const places = keys.map((key) => {
      this.play([clear(), put(key, 'x')]);
      assert.notEqual(this.#world.call('scan', 0, 0, 0, EARLY, 0), Status.MISS);
      const bucket = view.getUint32(slot + this.#world.global('slotScanBucket'), true);
      return { key, bucket, hash: view.getBigUint64(slot + this.#world.global('slotScanHash'), true) };
    });
    places.sort((a, b) => a.bucket - b.bucket || (a.hash < b.hash ? -1 : 1));
    const buckets = [...new Set(places.map(({ bucket }) => bucket))];
    return buckets.map((bucket) => places.filter((one) => one.bucket === bucket).map(({ key }) => key));
  }

  counts(): Counts {
    const [hits, misses, puts, deletes, evictions, expired] = counters.map((_, index) => this.counter(index));
    return { hits, misses, puts, deletes, evictions, expired } as Counts;
  }

  counter(index: number): number {
    return this.#world.query('counter', index);
  }

  /** Gives back the slot of a thread that has died. */
  reap(dead: number): void {
    const names = [...ownerOf(dead), ...ownerOf(this.#index)];
    for (let tries = 0; tries < BUSY_TRIES; tries++) {
      if (this.#world.call('reapSlot', dead, ...names) === Status.OK) return;
    }
    throw new Error('Cannot give the dead thread’s slot back: BUSY');
  }

  /** Fills the cache with other keys; the keys that had to go for them, the least recently used first. */
  pushOut(): string[] {
    const gone: string[] = [];
    assert.equal(this.#world.call('applyLogs'), Status.OK);
    for (const filler of FILLERS.slice(0, this.#maxSize)) {
      const slot = this.#world.query('slotAddress', this.#index) >>> 0;
      this.#world.write(slot + this.#world.global('slotKey'), Buffer.from(filler));
      let result = this.#world.call('put', SIZED_ONE, SIZED_ONE, EARLY, 0, REPORT);
      while (result === Status.REMOVED) {
        gone.push(this.#keyInGarbage(slot));
        result = this.#world.call('put', SIZED_ONE, SIZED_ONE, EARLY, 0, REPORT);
      }
      assert.equal(result, Status.OK);
    }
    return gone;
  }

  #keyInGarbage(slot: number): string {
    const { view, bytes } = this.#world;
    const block = view.getUint32(slot + this.#world.global('slotGarbage'), true);
    const info = view.getUint32(slot + this.#world.global('slotRemovedKey'), true);
    const at = block + this.#world.global('blockPayload');
    return Buffer.from(bytes.slice(at, at + ((info >>> 3) & 0x1ffff))).toString('latin1');
  }

  /** Carries out a program at once. */
  #run(program: Step<void>, thread: number): void {
    for (let next = program.next(); next.done !== true; ) {
      const command = next.value;
      if (command.type === 'call') {
        const { name, args } = command;
        const isOwn = thread === this.#index;
        next = program.next(
          isOwn ? this.#world.call(name, ...args) : this.#world.callAs(thread, name, ...args),
        );
        continue;
      }
      if (command.type === 'access' && command.write) this.#world.touch(command.address, command.length);
      next = program.next(command.type === 'when' ? command.condition() : undefined);
    }
  }
}

/** Holds every structure of the engine against the others. */
export function assertLawful(world: World): void {
  const law = world.query('verify');
  if (law !== 0) throw new Error(`verify() finds law ${law} broken at ${world.query('verifyAt')}`);
}
