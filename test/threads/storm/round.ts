import assert from 'node:assert/strict';
import { ThreadSafeCache } from '../../../src/index.js';
import { makeCache } from '../../support/caches.js';
import { Control, type Ending, launch, type Scope } from '../../support/crew.js';
import { makeCacheOver } from '../../support/mutant-cache.js';
import { checkValue, makeValue } from '../../support/named-values.js';
import { Random } from '../../support/random.js';
import { until } from '../../support/until.js';
import { bytesWithoutSlots, isWhole, settle } from './aftermath.js';
import { type Configuration, describeConfiguration } from './configuration.js';
import type { StormData } from './job.js';
import { Victim } from './victim.js';

const SURVIVORS = 2;
/** Victims at work at the same time, at most; each has a word of its own in the control. */
const LANES = 2;
/** Pieces of work that a victim does before it dies by itself: at most. */
const LONGEST_LIFE = 1000;
/** Pieces of work of this thread, and of each survivor, after each death: at least. */
const PROGRESS = 20;

/**
 * One storm over one cache: threads die, others work on, and after each death, and in the end, everything must be
 * as it should. The same seed draws the same storm, though threads do not run the same way twice.
 */
export class Round implements Scope {
  readonly #configuration: Configuration;
  readonly #seed: number;
  readonly #random: Random;
  readonly #control = new Control(SURVIVORS + LANES);
  readonly #warnings = new Int32Array(new SharedArrayBuffer(4));
  readonly #ends: (() => unknown)[] = [];
  readonly #survivors: Promise<Ending<string>>[] = [];
  #deaths = 0;
  #rebuilds = 0;
  /** Why a survivor has ended before its time. */
  #failure: Error | undefined;

  constructor(configuration: Configuration, seed: number) {
    this.#configuration = configuration;
    this.#seed = seed;
    this.#random = new Random(seed);
  }

  /** Threads that have died so far. */
  get deaths(): number {
    return this.#deaths;
  }

  /** Pieces of work done so far, by all threads but this one. */
  get operations(): number {
    let sum = 0;
    for (let index = 0; index < SURVIVORS + LANES; index++) sum += this.#control.progress(index);
    return sum;
  }

  /** Parts of the cache that had to be rebuilt: with the engine as it is, none. */
  get rebuilds(): number {
    return this.#rebuilds;
  }

  after(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** @throws an error that names seed, configuration and what was violated. */
  async run(): Promise<void> {
    try {
      await this.#storm();
    } catch (cause) {
      const where = `seed ${this.#seed} (${describeConfiguration(this.#configuration)})`;
      throw new Error(`${where}, after ${this.#deaths} of its deaths: ${String(cause)}`, { cause });
    } finally {
      this.#control.stop();
      for (const end of this.#ends.reverse()) await end();
    }
  }

  async #storm(): Promise<void> {
    const { options, deaths } = this.#configuration;
    this.#control.hold();
    const creator = this.#startCreator();
    const cache = await this.#openCache(creator);
    const others = (creator ? 1 : 0) + (options.cleanupInterval ? 1 : 0);
    await until(() => cache.getStats().threads === 1 + others, 'creator and cleaner are there');
    const baseline = bytesWithoutSlots(cache);

    for (let index = 0; index < SURVIVORS; index++) this.#startSurvivor(cache, index);
    await this.#control.untilResting(SURVIVORS, () => this.#assertAlive());
    do {
      await this.#strike(cache, this.#deaths === 0 ? creator : undefined);
      this.#rebuilds = cache.getStats().rebuilds;
      await until(() => this.#restIsWhole(cache), 'nothing is in any hand');
    } while (this.#deaths < deaths.length);
    this.#control.go();
    await this.#assertProgress(cache);
    this.#control.stop();
    for (const ending of this.#survivors) assert.equal((await ending).sent, 'done', 'a survivor');
    await settle(cache, baseline);
    assert.equal(Atomics.load(this.#warnings, 0), 0, 'log lines about rebuilt parts');
  }

  async #openCache(creator: Victim | undefined): Promise<ThreadSafeCache<string>> {
    const { options, module } = this.#configuration;
    if (creator === undefined && module === undefined) return makeCache<string>(this, options);
    const cache = creator
      ? ThreadSafeCache.attach<string>(await creator.handle())
      : makeCacheOver<string>(module as WebAssembly.Module, options);
    this.after(() => cache.shutdown());
    return cache;
  }

  /** The first who will die, if that is the cache's creator. */
  #startCreator(): Victim | undefined {
    const { creatorDies, options, deaths } = this.#configuration;
    const [death] = deaths;
    if (!creatorDies || death === undefined) return undefined;
    return new Victim(this, { ...this.#orders(SURVIVORS, { create: options }), death });
  }

  #startSurvivor({ handle }: ThreadSafeCache, index: number): void {
    const { ended } = launch<string>(this, 'storm', this.#orders(index, { handle }));
    this.#survivors.push(ended);
    void ended.then(({ sent, error }) => {
      if (sent !== 'done') this.#failure = error ?? new Error('it has ended');
    });
  }

  #orders(index: number, source: StormData['source']): StormData {
    const random = this.#random;
    return {
      ...this.#configuration.job,
      source,
      index,
      seed: random.integer(),
      control: this.#control.words,
      after: random.below(LONGEST_LIFE),
      warnings: random.chance(0.5) ? this.#warnings : undefined,
    };
  }

  /** Ends the rest of the survivors; then one or two threads die at the same time. */
  async #strike({ handle }: ThreadSafeCache, creator: Victim | undefined): Promise<void> {
    const many = 1 + this.#random.below(LANES);
    const victims = this.#configuration.deaths.slice(this.#deaths, this.#deaths + many).map((death, lane) => {
      if (creator !== undefined && lane === 0) return creator;
      return new Victim(this, { ...this.#orders(SURVIVORS + lane, { handle }), death });
    });
    await Promise.all(victims.map((victim) => victim.ready()));
    this.#control.go();
    await Promise.all(victims.map((victim) => victim.perish(this.#random)));
    this.#deaths += victims.length;
  }

  /** Everybody alive works on, and then rests, while all structures are looked at. */
  async #restIsWhole(cache: ThreadSafeCache<string>): Promise<boolean> {
    await this.#assertProgress(cache);
    await this.#control.rest(SURVIVORS, () => this.#assertAlive());
    if (await isWhole(cache)) return true;
    this.#control.go();
    return false;
  }

  /** This thread uses the cache as well, and every survivor goes on. */
  async #assertProgress(cache: ThreadSafeCache<string>): Promise<void> {
    const before = this.#survivors.map((_, index) => this.#control.progress(index));
    for (let count = 0; count < PROGRESS; count++) this.#useOnce(cache);
    await until(() => {
      this.#assertAlive();
      return before.every((progress, index) => this.#control.progress(index) >= progress + PROGRESS);
    }, 'the survivors go on');
  }

  #assertAlive(): void {
    assert.equal(this.#failure, undefined, `a survivor: ${this.#failure?.stack}`);
  }

  #useOnce(cache: ThreadSafeCache<string>): void {
    const { job, options } = this.#configuration;
    const key = `key ${this.#random.below(job.keys)}`;
    const value = cache.get(key);
    if (value !== undefined) checkValue(value, key);
    cache.put(key, makeValue(key, this.#random.integer(), this.#random.spread(1, job.longest)));
    assert.ok(cache.size <= options.maxSize, `${cache.size} entries of at most ${options.maxSize}`);
  }
}
