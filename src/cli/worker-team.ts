import { Worker, type WorkerOptions } from 'node:worker_threads';
import { errorMeanings } from '../errors.js';
import { CommandError } from './command.js';

/** Worker threads that do the same thing at the same time: each takes an order, and answers it. */
export class WorkerTeam<Order, Answer> {
  readonly #workers: Worker[];

  private constructor(workers: Worker[]) {
    this.#workers = workers;
  }

  /**
   * Starts a worker for each task, its `workerData`; resolves when each has sent its first message, which says no more
   * than that it is ready.
   *
   * @param entry the module that the workers run
   */
  static async start<Order, Answer>(
    entry: URL,
    tasks: readonly unknown[],
    options?: WorkerOptions,
  ): Promise<WorkerTeam<Order, Answer>> {
    const workers = tasks.map((workerData) => new Worker(entry, { ...options, workerData }));
    const team = new WorkerTeam<Order, Answer>(workers);
    await team.#answers();
    return team;
  }

  /** Has all of them do something; resolves with the answer of each. */
  order(order: Order): Promise<Answer[]> {
    const answers = this.#answers();
    for (const worker of this.#workers) worker.postMessage(order);
    return answers;
  }

  /** Ends the workers. */
  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  /** One answer of each worker. When one fails, the others are ended. */
  async #answers(): Promise<Answer[]> {
    try {
      return await Promise.all(this.#workers.map((worker) => nextAnswer<Answer>(worker)));
    } catch (error) {
      await this.end();
      throw explain(error);
    }
  }
}

function nextAnswer<Answer>(worker: Worker): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settle = () => worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    const onMessage = (answer: Answer) => {
      settle();
      resolve(answer);
    };
    const onError = (error: unknown) => {
      settle();
      reject(error);
    };
    const onExit = (code: number) =>
      onError(new Error(`A worker ended with exit code ${code} before it was done`));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}

/** An error loses its class on the way out of a worker; its code tells that the cache has thrown it. */
function explain(error: unknown): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return code in errorMeanings ? new CommandError(message) : error;
}
