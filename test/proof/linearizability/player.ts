/** One thread's part in a history: random operations, each written down. */
import type { ThreadSafeCache } from '../../../src/index.js';
import { Random } from '../../support/random.js';
import { ABSENT, answersValue, bringsValue, type Kind, NO_KEY } from './history.js';
import { type Board, Journal } from './journal.js';
import type { Setup } from './setup.js';
import { makeValue, numberOf, type Value, valueNumber } from './values.js';

/** Seeds of two threads, and of two histories, are far apart. */
const THREAD_STEP = 0x9e3779b1;

/** Who plays it: a thread of the crew, or the one that watches. */
export class Player {
  readonly #cache: ThreadSafeCache;
  readonly #setup: Setup;
  readonly #thread: number;
  readonly #journal: Journal;
  readonly #keys: readonly string[];
  readonly #ttl: number;

  constructor(cache: ThreadSafeCache, setup: Setup, board: Board, thread: number) {
    this.#cache = cache;
    this.#setup = setup;
    this.#thread = thread;
    this.#journal = new Journal(board, thread, setup.loss === 'expired');
    this.#keys = Array.from({ length: setup.keys }, (_, index) =>
      String(index).padStart(setup.keyLength, 'k'),
    );
    this.#ttl = setup.loss === 'expired' ? setup.ttl / 1e6 : Number.POSITIVE_INFINITY;
  }

  /** Plays this thread's part. */
  play(history: number, seed: number): void {
    const { mix, keys, operations } = this.#setup;
    const random = new Random(seed + Math.imul(this.#thread + 1, THREAD_STEP));
    this.#journal.restart();
    for (let operation = 1; operation <= operations; operation++) {
      const kind = mix[random.below(mix.length)] ?? 'get';
      this.#perform(kind, random.below(keys), valueNumber(history, this.#thread, operation));
    }
  }

  /** Looks at every key once, to see what the others have left behind. */
  lookAtAll(): void {
    this.#journal.restart();
    for (let key = 0; key < this.#setup.keys; key++) this.#perform('get', key, ABSENT);
  }

  #perform(kind: Kind, index: number, number: number): void {
    const isKeyed = kind !== 'clear' && kind !== 'size';
    const value = bringsValue(kind) ? makeValue(number, this.#setup.sizes) : ABSENT;
    this.#journal.called(kind, isKeyed ? index : NO_KEY, bringsValue(kind) ? number : ABSENT);
    const answer = this.#call(kind, this.#keys[index] ?? '', value);
    this.#journal.returned(() => this.#resultOf(kind, answer));
  }

  #call(kind: Kind, key: string, value: Value): unknown {
    const cache = this.#cache;
    switch (kind) {
      case 'put':
        return cache.put(key, value, this.#ttl);
      case 'get':
        return cache.get(key);
      case 'peek':
        return cache.peek(key);
      case 'has':
        return cache.has(key);
      case 'delete':
        return cache.delete(key);
      case 'clear':
        return cache.clear();
      case 'size':
        return cache.size;
      case 'putIfAbsent':
        return cache.putIfAbsent(key, value, this.#ttl);
      case 'take':
        return cache.take(key);
      case 'swap':
        return this.#swap(key, value);
      case 'increment':
        return cache.increment(key, 1, this.#ttl);
    }
  }

  /** Puts a value in place of the one it answers, by either of the two ways there are. */
  #swap(key: string, value: Value): unknown {
    const cache = this.#cache;
    if (typeof value === 'object') {
      let before: unknown;
      const put = (found: unknown) => {
        before = found;
        return value;
      };
      cache.update(key, put, this.#ttl);
      return before;
    }
    for (;;) {
      const found = cache.getVersioned(key);
      const isDone = found
        ? cache.putIfVersion(key, value, found.version, this.#ttl)
        : cache.putIfAbsent(key, value, this.#ttl);
      if (isDone) return found?.value;
    }
  }

  #resultOf(kind: Kind, answer: unknown): number {
    if (answer === undefined) return ABSENT;
    return answersValue(kind) ? numberOf(answer, this.#setup.sizes) : Number(answer);
  }
}
