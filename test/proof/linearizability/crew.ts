/** The threads that make histories. Starting one takes long, so they stay for many. */
import { Worker } from 'node:worker_threads';
import type { Order } from './worker.js';

/** One worker thread. */
class Member {
  readonly #worker = new Worker(new URL('./worker.js', import.meta.url));
  readonly #ended: Promise<void>;
  #answered: () => void = () => {};
  #failed: (reason: Error) => void = () => {};
  #isKilled = false;

  constructor() {
    this.#ended = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.on('message', () => this.#answered());
    this.#worker.on('error', (error: Error) => this.#failed(error));
    this.#worker.once('exit', () => {
      if (this.#isKilled) this.#answered();
      else this.#failed(new Error('A thread has ended that nobody has killed'));
    });
  }

  /** Resolves when the order is carried out or the thread was killed; rejects when it failed. */
  obey(order: Order): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.#worker.postMessage(order);
    });
  }

  /** Ends the thread wherever it is; resolves when it has gone. */
  kill(): Promise<void> {
    this.#isKilled = true;
    void this.#worker.terminate();
    return this.#ended;
  }
}

/** Worker threads by number. */
export class Crew {
  readonly #members: Member[] = [];

  /** Resolves when the thread has done it, or was killed. Starts the thread when there is none. */
  order(thread: number, order: Order): Promise<void> {
    this.#members[thread] ??= new Member();
    return this.#members[thread].obey(order);
  }

  /** Kills a thread and puts a new one in its place, which is attached to nothing. */
  async replace(thread: number): Promise<void> {
    const killed = this.#members[thread]?.kill();
    this.#members[thread] = new Member();
    await killed;
  }

  /** Ends all threads. */
  async dismiss(): Promise<void> {
    await Promise.all(this.#members.splice(0).map((member) => member.kill()));
  }
}
