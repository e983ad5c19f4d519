import { encodeKey } from '../../src/codec/keys.js';
import { counters, engineModule, instantiate, REPORT, Status } from '../../src/memory/engine.js';
import { type Removal, readRemoval } from '../../src/memory/removal.js';
import { Seat } from '../../src/memory/seat.js';
import type { Random } from './random.js';

/** What a driven cache is made of. */
export interface DriverOptions {
  readonly maxSize: number;
  readonly shards: number;
  /** 64 KiB each. */
  readonly pages: number;
  /** µs; where its time begins. */
  readonly start: number;
  /** For the key of its hash: the same numbers, the same cache. */
  readonly random: Random;
}

/** Steps of one call of the cleaner. */
const STEPS = 64;

/** The engine in one thread, without a clock: keys are strings, values bytes that fit the scratch, time is given. */
export class Driver {
  readonly seat: Seat;
  readonly #engine: Seat['engine'];

  constructor({ maxSize, shards, pages, start, random }: DriverOptions) {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const module = engineModule();
    const seeds = [random.integer(), random.integer(), random.integer(), random.integer()] as const;
    const { engine } = instantiate(module, memory);
    if (engine.initialize(pages, maxSize, shards, start, ...seeds) === 0) throw new Error('it does not fit');
    this.seat = new Seat(module, memory);
    this.#engine = this.seat.engine;
  }

  get size(): number {
    return this.#engine.size();
  }

  get stats(): Record<(typeof counters)[number], number> {
    const counts = counters.map((name, index) => [name, this.#engine.counter(index)]);
    return Object.fromEntries(counts) as Record<(typeof counters)[number], number>;
  }

  /** The removals it took, in order. */
  put(key: string, value: Uint8Array, now: number, ttl: number): Removal[] {
    const described = this.#key(key);
    this.seat.begin();
    this.seat.valueScratch.set(value);
    const removals: Removal[] = [];
    for (;;) {
      const result = this.#engine.put(described, value.length * 8, now, ttl, REPORT);
      if (result === Status.OK || result === Status.REPLACED) return removals;
      if (result !== Status.REMOVED) throw unexpected('put', result);
      removals.push(removalOf(this.seat));
    }
  }

  get(key: string, now: number): { value: Uint8Array | undefined; expired: boolean } {
    const result = this.#engine.get(this.#key(key), now);
    if (result >= 0) return { value: this.#value(result), expired: false };
    if (result !== Status.MISS && result !== Status.EXPIRED) throw unexpected('get', result);
    return { value: undefined, expired: result === Status.EXPIRED };
  }

  peek(key: string, now: number): Uint8Array | undefined {
    const result = this.#engine.peek(this.#key(key), now);
    if (result >= 0) return this.#value(result);
    if (result !== Status.MISS) throw unexpected('peek', result);
    return undefined;
  }

  has(key: string, now: number): boolean {
    const result = this.#engine.has(this.#key(key), now);
    if (result !== Status.OK && result !== Status.MISS) throw unexpected('has', result);
    return result === Status.OK;
  }

  delete(key: string, now: number): { deleted: boolean; expired: boolean } {
    const result = this.#engine.deleteKey(this.#key(key), now);
    if (result !== Status.OK && result !== Status.MISS && result !== Status.EXPIRED) {
      throw unexpected('delete', result);
    }
    return { deleted: result === Status.OK, expired: result === Status.EXPIRED };
  }

  clear(now: number): void {
    const result = this.#engine.clear(now);
    if (result !== Status.OK) throw unexpected('clear', result);
  }

  /** A round of the cleaner; what it removed. */
  clean(now: number): Removal[] {
    const removals: Removal[] = [];
    for (let shard = 0; shard < this.#engine.shardCount(); ) {
      const result = this.#engine.clean(shard, now, STEPS, REPORT);
      if (result === Status.REMOVED) removals.push(removalOf(this.seat));
      else if (result === Status.MISS) shard++;
      else if (result !== Status.OK) throw unexpected('clean', result);
    }
    return removals;
  }

  /** Throws when a law of the engine's structures is broken. Nothing may be going on. */
  verify(): void {
    const broken = this.#engine.verify();
    if (broken !== 0)
      throw new Error(`law ${broken} of engine/verify.ts is broken at ${this.#engine.verifyAt()}`);
  }

  #key(key: string): number {
    return encodeKey(key, this.seat.keyScratch, 'test');
  }

  #value(info: number): Uint8Array {
    return new Uint8Array(this.seat.valueScratch.subarray(0, info >>> 3));
  }
}

function removalOf(seat: Seat): Removal {
  const removal = readRemoval(seat);
  if (!removal) throw new Error('a reserved key was removed');
  return removal;
}

function unexpected(operation: string, result: number): Error {
  const name = Object.entries(Status).find(([, value]) => value === result)?.[0];
  return new Error(`${operation} answered ${name ?? result}`);
}
