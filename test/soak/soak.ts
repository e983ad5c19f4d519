/**
 * A long run of everything at once: all threads do a random mix on several caches while threads are terminated and
 * replaced, and caches are made and shut down. Again and again the workers are asked to rest; then every structure must
 * be whole, every slot and byte accounted for, and what the process holds is sampled.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { untilIntact } from '../support/caches.js';
import { Random } from '../support/random.js';
import { until } from '../support/until.js';
import { Gate } from './gate.js';
import { BATCH } from './mix.js';
import { type Kept, makeLasting, makePassing, OWN_JOB } from './places.js';
import { Samples } from './samples.js';
import type { SoakerData, SoakerMessage } from './worker.js';

export interface SoakSettings {
  readonly durationMs: number;
  /** From one rest to the next. */
  readonly sampleMs: number;
  readonly threads: number;
  readonly seed: number;
  /** How long anything that must happen may take. */
  readonly patienceMs: number;
  /** An engine for the lasting caches, instead of the package's. */
  readonly module?: WebAssembly.Module | undefined;
  /** Told after each sample. */
  readonly onSample?: ((soak: Soak) => void) | undefined;
}

/** Milliseconds between two disturbances. */
const CALM_MS = [10, 400] as const;
/** Enough for a worker that rests to go on, and do something. */
const AWAKE_MS = 100;
/** However slow the machine is, it goes on until there are so many. */
const FEWEST_LOOKS = 3;
/** Rests after which all workers are replaced, and what the process holds without them is measured. */
const RESTS_PER_SHIFT = 3;
/** Rests after which every lasting cache is emptied and must be as it was when it was new. */
const RESTS_PER_EMPTYING = 20;
/** The thread that runs the soak, and the cleaner. */
const SLOTS_BESIDES = 2;

export class Soak {
  readonly samples = new Samples();
  readonly counts = { kills: 0, caches: 0, shifts: 0, emptyings: 0 };
  readonly #settings: SoakSettings;
  readonly #random: Random;
  readonly #gate: Gate;
  readonly #lasting: readonly Kept[];
  #passing: Kept;
  readonly #workers: Worker[] = [];
  /** Bytes of each lasting cache while it is empty and everybody is attached. */
  readonly #empty = new Map<Kept, number>();
  #failure: unknown;

  constructor(settings: SoakSettings) {
    this.#settings = settings;
    this.#random = new Random(settings.seed);
    this.#gate = new Gate(settings.threads);
    this.#lasting = makeLasting(settings.threads, settings.module);
    this.#passing = makePassing(settings.threads);
  }

  get operations(): number {
    let sum = 0;
    for (let index = 0; index < this.#settings.threads; index++) sum += this.#gate.batches(index);
    return sum * BATCH;
  }

  /** Runs to the end, or to the first violation, which it throws. What has not stayed flat is in `samples`. */
  async run(): Promise<void> {
    const { durationMs, sampleMs } = this.#settings;
    this.#startAll();
    try {
      await this.#rest(() => this.#rememberEmpty());
      const start = performance.now();
      let next = start + sampleMs;
      while (performance.now() < start + durationMs || this.samples.count < FEWEST_LOOKS) {
        await sleep(this.#random.between(...CALM_MS));
        await this.#disturb();
        this.#throwFailure();
        if (performance.now() < next) continue;
        await this.#rest(() => this.#look());
        if (this.samples.count % RESTS_PER_SHIFT === 0) await this.#changeShift();
        this.#settings.onSample?.(this);
        next += sampleMs * Math.ceil((performance.now() - next) / sampleMs);
      }
      await this.#rest(() => this.#emptyAll());
    } finally {
      await this.#end();
    }
    this.#throwFailure();
  }

  #startAll(): void {
    this.#gate.restart();
    for (let index = 0; index < this.#settings.threads; index++) this.#start(index);
  }

  #start(index: number): void {
    const { handle, job } = this.#passing;
    const workerData: SoakerData = {
      gate: this.#gate.words,
      index,
      seed: this.#random.integer(),
      lasting: this.#lasting.map((each) => ({ handle: each.handle, job: each.job })),
      passing: { handle, job },
    };
    this.#gate.reset(index);
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData });
    this.#workers[index] = worker;
    worker.on('error', (error) => {
      this.#failure ??= error;
    });
    worker.on('exit', () => {
      if (this.#workers[index] === worker) {
        this.#failure ??= new Error(`worker ${index} has ended by itself`);
      }
    });
  }

  /** One thing that a soak is for. */
  async #disturb(): Promise<void> {
    const choice = this.counts.kills === 0 ? 0 : this.#random.below(10);
    if (choice < 6) await this.#kill(this.#random.below(this.#settings.threads));
    else if (choice < 8) this.#replacePassing();
    else this.#tell({ own: OWN_JOB }, this.#random.below(this.#settings.threads));
  }

  /** Terminates a worker, now and then while it starts, and starts another in its place. */
  async #kill(index: number): Promise<void> {
    do {
      const worker = this.#workers[index];
      delete this.#workers[index];
      await worker?.terminate();
      this.#start(index);
      this.counts.kills++;
      await sleep(this.#random.below(50));
    } while (this.#random.chance(0.2));
  }

  /** Shuts a cache down while others use it. */
  #replacePassing(): void {
    this.#passing.cache.shutdown();
    this.#passing = makePassing(this.#settings.threads);
    this.counts.caches++;
    const { handle, job } = this.#passing;
    for (let index = 0; index < this.#settings.threads; index++) {
      this.#tell({ passing: { handle, job } }, index);
    }
  }

  #tell(message: SoakerMessage, index: number): void {
    this.#workers[index]?.postMessage(message);
    if ('own' in message) this.counts.caches++;
  }

  /** Has all workers rest, looks at something, and lets them go on. */
  async #rest(look: () => Promise<void>): Promise<void> {
    await this.#comeToRest();
    await look();
    this.#gate.open();
  }

  async #comeToRest(): Promise<void> {
    this.#gate.close();
    const indexes = Array.from({ length: this.#settings.threads }, (_, index) => index);
    const areResting = () => indexes.every((index) => this.#gate.isResting(index));
    await this.#until(() => this.#failure !== undefined || areResting(), 'all workers come to rest');
    this.#throwFailure();
  }

  async #look(): Promise<void> {
    for (const { name, cache, job } of this.#lasting) {
      await this.#untilWhole(name, cache);
      const { currentSize, bytesUsed, maxBytes, rebuilds } = cache.getStats();
      assert.ok(currentSize <= job.maxSize && bytesUsed <= maxBytes, `'${name}' has passed its limits`);
      assert.equal(rebuilds, 0, `'${name}' had to be rebuilt`);
    }
    this.samples.takeCaches(this.#lasting.map(({ cache }) => cache.getStats()));
    if (this.samples.count % RESTS_PER_EMPTYING === 0) await this.#emptyAll();
  }

  /** Every slot but those of the living is back, and every law of the structures holds. */
  async #untilWhole(name: string, cache: Kept['cache']): Promise<void> {
    await this.#untilTaken(name, cache, this.#settings.threads + SLOTS_BESIDES);
    const { patienceMs } = this.#settings;
    try {
      await untilIntact(cache, patienceMs / 2);
    } catch {
      // who rests may hold a block that it could not give back, and does so when it goes on
      this.#gate.open();
      await sleep(AWAKE_MS);
      await this.#comeToRest();
      await untilIntact(cache, patienceMs / 2);
    }
  }

  async #untilTaken(name: string, cache: Kept['cache'], slots: number): Promise<void> {
    const taken = () => cache.getStats().threads;
    await this.#until(
      () => taken() === slots,
      () => `${taken()} slots of '${name}' are taken, not ${slots}`,
    );
  }

  /** All workers end in an orderly way, and others take their places. */
  async #changeShift(): Promise<void> {
    await this.#endAll();
    for (const { name, cache } of this.#lasting) await this.#untilTaken(name, cache, SLOTS_BESIDES);
    this.samples.takeProcess();
    this.counts.shifts++;
    this.#startAll();
    // they begin with a rest
    await this.#rest(async () => undefined);
  }

  async #rememberEmpty(): Promise<void> {
    for (const each of this.#lasting) {
      await this.#untilWhole(each.name, each.cache);
      this.#empty.set(each, each.cache.getStats().bytesUsed);
    }
  }

  async #emptyAll(): Promise<void> {
    this.counts.emptyings++;
    for (const each of this.#lasting) {
      const { name, cache } = each;
      cache.clear();
      const kept = () => cache.getStats().bytesUsed - (this.#empty.get(each) ?? Number.NaN);
      await this.#until(
        () => kept() === 0,
        () => `${kept()} bytes of '${name}' are in use after a clear`,
      );
      await this.#untilWhole(name, cache);
    }
  }

  async #until(condition: () => boolean, what: string | (() => string)): Promise<void> {
    await until(condition, what, this.#settings.patienceMs);
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Asks all workers to end and waits for it. */
  async #endAll(): Promise<void> {
    const living = this.#workers.splice(0);
    const ended = Promise.all(living.map((worker) => once(worker, 'exit')));
    this.#gate.end();
    const isLate = await Promise.race([ended.then(() => false), sleep(this.#settings.patienceMs, true)]);
    if (isLate) this.#failure ??= new Error('a worker does not end');
  }

  async #end(): Promise<void> {
    const living = [...this.#workers];
    await this.#endAll();
    await Promise.all(living.map((worker) => worker?.terminate()));
    for (const { cache } of [...this.#lasting, this.#passing]) cache.shutdown();
  }
}
