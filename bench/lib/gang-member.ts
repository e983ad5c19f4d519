/** What one thread (or process) of a gang does, whatever it hears its orders from. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type GangAnswer,
  type GangData,
  type GangOrder,
  type Load,
  sharedNow,
  type Until,
} from './gang-messages.js';
import { ABSENT, keyMaker, valueMaker } from './keys.js';
import type { SharedClient, SharedContender } from './shared/contender.js';

/** Operations between two looks at the clock. */
const STRETCH = 64;
/** Puts under way at a time while a cache that answers later is filled. */
const FILLING = 64;
const SAMPLED = 101;
const MOST_LATENCIES = 200_000;
/** Every so many operations one is a put. */
const MIXED = 20;
const VALUES = 1024;

/** A member, connected to its cache. */
export class GangMember {
  readonly #client: SharedClient;
  readonly #isAsync: boolean;
  readonly #getsAtOnce: boolean;
  readonly #key: (id: number) => string;
  readonly #value = valueMaker('string24') as (id: number) => string;
  readonly #keys: string[];
  readonly #values: string[];
  #at = 0;

  constructor(
    client: SharedClient,
    { isAsync, getsAtOnce = false }: Pick<SharedContender, 'isAsync' | 'getsAtOnce'>,
    { keyLength, draws, pool, index }: GangData,
  ) {
    this.#client = client;
    this.#isAsync = isAsync;
    this.#getsAtOnce = getsAtOnce;
    this.#key = keyMaker(keyLength);
    const from = index * pool;
    this.#keys = Array.from({ length: pool }, (_, i) =>
      this.#key(draws[(from + i) % draws.length] as number),
    );
    this.#values = Array.from({ length: VALUES }, (_, i) => this.#value(i));
  }

  /** Does what it is told. */
  async obey(order: GangOrder): Promise<GangAnswer> {
    if (order.kind === 'fill') return this.#fill(order.entries);
    if (order.kind === 'check') return this.#check(order.entries);
    if (order.kind === 'close') {
      await this.#client.close?.();
      return { kind: 'done' };
    }
    await untilClock(order.startAt);
    const isAsync = this.#isAsync && !(this.#getsAtOnce && order.load === 'get');
    if (order.kind === 'latency') return isAsync ? this.#latencyAsync(order) : this.#latencySync(order);
    if (!isAsync) return this.#loadSync(order.load, order.until);
    const { ms, operations } = order.until;
    const share = { ms, operations: operations / order.lanes };
    const lanes = Array.from({ length: order.lanes }, () => this.#lane(order.load, share));
    return summed(await Promise.all(lanes));
  }

  async #fill(entries: number): Promise<GangAnswer> {
    const underWay: unknown[] = [];
    for (let id = 0; id < entries; id++) {
      const done = this.#client.put(this.#key(id), this.#value(id));
      if (this.#isAsync && underWay.push(done) === FILLING) await Promise.all(underWay.splice(0));
    }
    await Promise.all(underWay);
    return { kind: 'done' };
  }

  /** Looks at a sample of what was filled, and at keys that nobody has put. */
  async #check(entries: number): Promise<GangAnswer> {
    for (let id = 0; id < entries; id += SAMPLED) {
      assert.equal(
        await this.#client.get(this.#key(id)),
        this.#value(id),
        'a value is another one than was put',
      );
      assert.equal(
        await this.#client.get(this.#key(ABSENT + id)),
        undefined,
        'a key is there that nobody has put',
      );
    }
    return { kind: 'done' };
  }

  #next(): number {
    const at = this.#at;
    this.#at = at + 1 === this.#keys.length ? 0 : at + 1;
    return at;
  }

  #loadSync(load: Load, { ms, operations }: Until): GangAnswer {
    const count = { operations: 0, gets: 0, hits: 0 };
    const run = this.#stretchOf(load);
    const start = performance.now();
    let now = start;
    while (now - start < ms && count.operations < operations) {
      run(count);
      count.operations += STRETCH;
      now = performance.now();
    }
    return { kind: 'loaded', ...count, ms: now - start };
  }

  /** A loop of its own for each load, so that each is compiled for what it does. */
  #stretchOf(load: Load): (count: { gets: number; hits: number }) => void {
    const [client, keys, values] = [this.#client, this.#keys, this.#values];
    const mask = VALUES - 1;
    if (load === 'get') {
      return (count) => {
        for (let i = 0; i < STRETCH; i++) {
          if (client.get(keys[this.#next()] as string) !== undefined) count.hits++;
        }
        count.gets += STRETCH;
      };
    }
    if (load === 'mixed 95/5') {
      return (count) => {
        for (let i = 0; i < STRETCH; i++) {
          const at = this.#next();
          if (at % MIXED === 0) client.put(keys[at] as string, values[at & mask] as string);
          else {
            count.gets++;
            if (client.get(keys[at] as string) !== undefined) count.hits++;
          }
        }
      };
    }
    return (count) => {
      for (let i = 0; i < STRETCH; i++) {
        const at = this.#next();
        if (client.get(keys[at] as string) !== undefined) count.hits++;
        else client.put(keys[at] as string, values[at & mask] as string);
      }
      count.gets += STRETCH;
    };
  }

  /** One after the other, each awaited. */
  async #lane(load: Load, { ms, operations }: Until): Promise<Loaded> {
    const count = { operations: 0, gets: 0, hits: 0 };
    const start = performance.now();
    let now = start;
    while (now - start < ms && count.operations < operations) {
      const at = this.#next();
      const [key, value] = [this.#keys[at] as string, this.#values[at % VALUES] as string];
      count.operations++;
      if (load === 'mixed 95/5' && at % MIXED === 0) await this.#client.put(key, value);
      else {
        count.gets++;
        if ((await this.#client.get(key)) !== undefined) count.hits++;
        else if (load === 'get, put on a miss') await this.#client.put(key, value);
      }
      now = performance.now();
    }
    return { kind: 'loaded', ...count, ms: now - start };
  }

  #latencySync({ load, ms }: { load: Load; ms: number }): GangAnswer {
    const nanoseconds = new Float64Array(MOST_LATENCIES);
    const end = performance.now() + ms;
    let count = 0;
    while (count < MOST_LATENCIES && (count % STRETCH !== 0 || performance.now() < end)) {
      const at = this.#next();
      const [key, value] = [this.#keys[at] as string, this.#values[at % VALUES] as string];
      const isPut = load === 'mixed 95/5' && at % MIXED === 0;
      const before = process.hrtime.bigint();
      if (isPut) this.#client.put(key, value);
      else this.#client.get(key);
      nanoseconds[count++] = Number(process.hrtime.bigint() - before);
    }
    return { kind: 'latencies', nanoseconds: nanoseconds.slice(0, count) };
  }

  async #latencyAsync({ load, ms }: { load: Load; ms: number }): Promise<GangAnswer> {
    const nanoseconds = new Float64Array(MOST_LATENCIES);
    const end = performance.now() + ms;
    let count = 0;
    while (count < MOST_LATENCIES && performance.now() < end) {
      const at = this.#next();
      const [key, value] = [this.#keys[at] as string, this.#values[at % VALUES] as string];
      const isPut = load === 'mixed 95/5' && at % MIXED === 0;
      const before = process.hrtime.bigint();
      if (isPut) await this.#client.put(key, value);
      else await this.#client.get(key);
      nanoseconds[count++] = Number(process.hrtime.bigint() - before);
    }
    return { kind: 'latencies', nanoseconds: nanoseconds.slice(0, count) };
  }
}

type Loaded = Extract<GangAnswer, { kind: 'loaded' }>;

function summed(lanes: readonly Loaded[]): Loaded {
  const sum = (of: (lane: Loaded) => number) => lanes.reduce((total, lane) => total + of(lane), 0);
  return {
    kind: 'loaded',
    operations: sum((lane) => lane.operations),
    gets: sum((lane) => lane.gets),
    hits: sum((lane) => lane.hits),
    ms: Math.max(...lanes.map((lane) => lane.ms)),
  };
}

/** All begin at one instant: sleeps until shortly before, then looks at the clock. */
async function untilClock(startAt: number): Promise<void> {
  await sleep(Math.max(0, startAt - sharedNow() - 2));
  while (sharedNow() < startAt);
}
