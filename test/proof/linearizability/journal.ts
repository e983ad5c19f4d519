/**
 * What threads write down while they work, in shared memory, so that it is there when a thread dies. One logical clock
 * for all of them: an atomic counter that everybody moves on at each call and at each return.
 */
import { nowMicros } from '../../../src/memory/clock.js';
import { KINDS, type Kind, type Operation } from './history.js';

/** Fields of a record, 32 bits each. */
const KIND = 0;
const KEY = 1;
const ARGUMENT = 2;
const CALLED_AT = 3;
const RESULT = 4;
const RETURNED_AT = 5;
/** Written last of what is known before the call; 0: no record. */
const CALLED = 6;
/** Written last of all; 0: the thread died before. */
const RETURNED = 7;
const RECORD = 8;

/** Words of the board: the clock, and how many threads are ready; on cache lines of their own. */
const CLOCK = 0;
const ARRIVED = 64;
const WORDS = 128;

const SPINS = 50_000;

/** The shared memory of a run of histories. Structured-cloneable. */
export interface Board {
  readonly words: Int32Array<SharedArrayBuffer>;
  /** A journal for each thread. */
  readonly journals: readonly Int32Array<SharedArrayBuffer>[];
  /** µs: times are recorded from here on. */
  readonly origin: number;
}

/** @param operations the most that one thread records in one history */
export function makeBoard(threads: number, operations: number): Board {
  return {
    words: sharedWords(WORDS),
    journals: Array.from({ length: threads }, () => sharedWords((operations + 1) * RECORD)),
    origin: nowMicros(),
  };
}

function sharedWords(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(count * 4));
}

/** Forgets the last history. Nobody may be at work. */
export function wipe({ words, journals }: Board): void {
  words.fill(0);
  for (const journal of journals) journal.fill(0);
}

/** Ticks of the clock so far. */
export function ticks({ words }: Board): number {
  return Atomics.load(words, CLOCK);
}

/** Waits until so many threads wait here, so that all begin at the same moment. */
export function meet({ words }: Board, parties: number): void {
  Atomics.add(words, ARRIVED, 1);
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(words, ARRIVED) >= parties) return;
  // There are fewer processors than threads: let the others come.
  for (;;) {
    const arrived = Atomics.load(words, ARRIVED);
    if (arrived >= parties) return;
    Atomics.wait(words, ARRIVED, arrived, 0.1);
  }
}

/** One thread's own journal. */
export class Journal {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #records: Int32Array<SharedArrayBuffer>;
  readonly #origin: number;
  readonly #isTimed: boolean;
  #at = -RECORD;

  constructor({ words, journals, origin }: Board, thread: number, isTimed: boolean) {
    const records = journals[thread];
    if (records === undefined) throw new Error(`Cannot keep a journal: there is none for thread ${thread}`);
    this.#words = words;
    this.#records = records;
    this.#origin = origin;
    this.#isTimed = isTimed;
  }

  /** Begins a history. */
  restart(): void {
    this.#at = -RECORD;
  }

  /** The next thing this thread does is the call. */
  called(kind: Kind, key: number, argument: number): void {
    const records = this.#records;
    this.#at += RECORD;
    const at = this.#at;
    records[at + KIND] = KINDS.indexOf(kind);
    records[at + KEY] = key;
    records[at + ARGUMENT] = argument;
    records[at + CALLED_AT] = this.#now();
    Atomics.store(records, at + CALLED, this.#tick());
  }

  /** The last thing this thread did was the call; what it has answered may take a while to find out. */
  returned(answer: () => number): void {
    const records = this.#records;
    const at = this.#at;
    const tick = this.#tick();
    records[at + RETURNED_AT] = this.#now();
    records[at + RESULT] = answer();
    Atomics.store(records, at + RETURNED, tick);
  }

  #tick(): number {
    return Atomics.add(this.#words, CLOCK, 1) + 1;
  }

  #now(): number {
    return this.#isTimed ? nowMicros() - this.#origin : 0;
  }
}

/** The history that all journals together hold, in the order of the calls. */
export function readHistory({ journals }: Board): Operation[] {
  const operations = journals.flatMap((records, thread) => readJournal(records, thread));
  return operations.sort((a, b) => a.called - b.called);
}

function readJournal(records: Int32Array, thread: number): Operation[] {
  const operations: Operation[] = [];
  for (let at = 0; at < records.length && records[at + CALLED] !== 0; at += RECORD) {
    const [
      kind = 0,
      key = 0,
      argument = 0,
      calledAt = 0,
      result = 0,
      returnedAt = 0,
      called = 0,
      returned = 0,
    ] = records.subarray(at, at + RECORD);
    const isPending = returned === 0;
    operations.push({
      thread,
      kind: KINDS[kind] ?? 'size',
      key,
      argument,
      result: isPending ? 0 : result,
      called,
      returned: isPending ? Number.POSITIVE_INFINITY : returned,
      calledAt,
      returnedAt: isPending ? Number.POSITIVE_INFINITY : returnedAt,
    });
  }
  return operations;
}
