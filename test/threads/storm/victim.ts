import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { CacheHandle } from '../../../src/index.js';
import { Control, type Ending, launch, type Scope } from '../../support/crew.js';
import { isOverflow } from '../../support/overflow.js';
import type { Random } from '../../support/random.js';
import { until } from '../../support/until.js';
import { type Death, type StormData, signs } from './job.js';

/** Milliseconds from a victim's first piece of work to its termination: at most. */
const LIFE_MS = 10;
/** The same for who is terminated while it starts. */
const YOUTH_MS = 40;
/** So that neither the heap nor the stack takes long to fill. */
const LIMITS = { maxOldGenerationSizeMb: 20, stackSizeMb: 1 } as const;

/** A thread that works until it dies. */
export class Victim {
  readonly #worker: Worker;
  readonly #ended: Promise<Ending<CacheHandle>>;
  readonly #death: Death;
  readonly #control: Control;
  readonly #index: number;
  /** What those in its place have done before it. */
  readonly #before: number;
  #handle: CacheHandle | undefined;
  #isOver = false;

  constructor(scope: Scope, data: StormData & { readonly death: Death }) {
    this.#death = data.death;
    this.#control = new Control(data.control);
    this.#index = data.index;
    this.#before = this.#control.progress(data.index);
    const options = data.death === 'terminate' ? {} : { resourceLimits: LIMITS, stderr: true };
    const { worker, ended } = launch<CacheHandle>(scope, 'storm', data, options);
    this.#worker = worker;
    worker.once('message', (handle: CacheHandle) => {
      this.#handle = handle;
    });
    this.#ended = ended.finally(() => {
      this.#isOver = true;
    });
  }

  /** The handle of its cache, once it is ready to begin; fails when it has ended before. */
  async handle(): Promise<CacheHandle> {
    await until(() => this.#isOver || this.#handle !== undefined, 'a victim is ready');
    if (this.#handle === undefined) return assert.fail(`a victim ended: ${(await this.#ended).error?.stack}`);
    return this.#handle;
  }

  /** Resolves when it is as far as it shall come before the others go on. */
  async ready(): Promise<void> {
    if (this.#death !== 'terminate at start') await this.handle();
  }

  /** Terminates it after a while; or waits until it dies by itself. */
  async perish(random: Random): Promise<void> {
    if (this.#death === 'terminate') {
      await until(
        () => this.#isOver || this.#control.progress(this.#index) > this.#before,
        'a victim begins',
      );
      await sleep((random.below(1000) / 1000) * LIFE_MS);
      await this.#worker.terminate();
    } else if (this.#death === 'terminate at start') {
      await sleep((random.below(1000) / 1000) * YOUTH_MS);
      await this.#worker.terminate();
    }
    const { error } = await this.#ended;
    const isByOverflow = error !== undefined && isOverflow(error);
    const sign = isByOverflow ? signs['stack overflow'] : error && (error.code ?? error.name);
    assert.equal(sign, signs[this.#death], `a victim that should die by ${this.#death}: ${error?.stack}`);
  }
}
