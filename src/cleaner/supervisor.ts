import { Worker } from 'node:worker_threads';
import { cleanerSource } from '../generated/cleaner-source.js';
import { nowMicros } from '../memory/clock.js';
import { Status } from '../memory/engine.js';
import type { HandleContent } from '../memory/handle.js';
import type { Seat } from '../memory/seat.js';
import type { CleanerData, CleanerOrder, CleanerReport } from './messages.js';
import { CleanerOffice } from './office.js';

/** Silent for so many intervals, and at least so long, a cleaner counts as gone. */
const MISSED_ROUNDS = 3;
const LEAST_SILENCE_MS = 1000;
/** How often a thread looks after the cleaner, at least and at most. */
const LEAST_WATCH_MS = 250;
const MOST_WATCH_MS = 60_000;

/** Who wants to know what the cleaner of this thread does. */
export interface CleanerListener {
  /** Whether it wants to be told what is removed. */
  readonly isInterested: boolean;
  started(): void;
  stopped(): void;
  failed(error: unknown): void;
  report(report: CleanerReport): void;
}

/**
 * Sees to it, from one attached thread, that the cache has a cleaner: starts one when there is none, and looks from
 * time to time whether it still lives. Nothing here keeps the process alive, and nothing depends on it: without a
 * cleaner entries expire on access.
 */
export class CleanerSupervisor {
  readonly #handle: HandleContent;
  readonly #seat: Seat;
  readonly #office: CleanerOffice;
  readonly #listener: CleanerListener;
  readonly #timer: NodeJS.Timeout;
  readonly #onClosed: () => void;
  #worker: Worker | undefined;
  #hasStopped = false;

  /** @param onClosed Called when the cache is found to have been shut down by its creator. */
  constructor(handle: HandleContent, seat: Seat, listener: CleanerListener, onClosed: () => void) {
    this.#onClosed = onClosed;
    this.#handle = handle;
    this.#seat = seat;
    this.#office = new CleanerOffice(seat);
    this.#listener = listener;
    const watch = Math.min(Math.max(handle.options.cleanupIntervalMs, LEAST_WATCH_MS), MOST_WATCH_MS);
    this.#timer = setInterval(() => this.#watch(), watch).unref();
  }

  /** Starts a cleaner in place of the one in office, if any. */
  start(): void {
    const lease = this.#office.take(this.#office.lease, nowMicros());
    if (lease === undefined) return;
    const workerData: CleanerData = { handle: this.#handle, lease, report: this.#listener.isInterested };
    try {
      const worker = new Worker(cleanerSource, {
        eval: true,
        name: 'heddle-cleaner',
        workerData,
        env: {},
        execArgv: [],
        resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
      });
      this.#follow(worker);
      // last: a listener for messages takes a reference again
      worker.unref();
    } catch (error) {
      // worker threads are forbidden here (--permission): this thread will not try again
      clearInterval(this.#timer);
      this.#listener.failed(error);
    }
  }

  /**
   * Ends the cleaner this thread has started, and looks after it no more. Nothing is told from then on: whoever shuts a cache
   * down may close the logger next.
   */
  stop(): void {
    this.#hasStopped = true;
    clearInterval(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined) return;
    order(worker, 'end');
    this.#listener.stopped();
  }

  /** Tells the cleaner of this thread, if it has one, whether somebody wants to know what it removes. */
  followInterest(): void {
    if (this.#worker) order(this.#worker, this.#listener.isInterested ? 'report' : 'be silent');
  }

  #follow(worker: Worker): void {
    this.#worker = worker;
    const listener = this.#listener;
    const tell = (what: () => void) => {
      if (!this.#hasStopped) what();
    };
    worker.on('error', (error) => tell(() => listener.failed(error)));
    worker.on('exit', () => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      listener.stopped();
    });
    worker.on('online', () => tell(() => listener.started()));
    worker.on('message', (report: CleanerReport) => tell(() => listener.report(report)));
  }

  #watch(): void {
    if (this.#seat.engine.size() === Status.CLOSED) {
      this.#onClosed();
      return;
    }
    const patience = Math.max(this.#handle.options.cleanupIntervalMs * MISSED_ROUNDS, LEAST_SILENCE_MS);
    if (this.#office.silence(nowMicros()) > patience * 1000) this.start();
  }
}

function order(worker: Worker, what: CleanerOrder): void {
  worker.postMessage(what);
}
