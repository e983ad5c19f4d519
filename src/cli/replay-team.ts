import { Worker } from 'node:worker_threads';
import { errorMeanings } from '../errors.js';
import { CommandError } from './command.js';
import type {
  CacheSource,
  WorkerAnswer,
  WorkerCounts,
  WorkerMemory,
  WorkerOrder,
  WorkerTask,
} from './replay-messages.js';
import type { Trace } from './trace.js';

/** What a team is to replay, and on what. */
export interface TeamTask {
  readonly trace: Trace;
  readonly threads: number;
  readonly source: CacheSource;
  readonly valueBytes: number;
}

/** What came of it. */
export interface Outcome extends WorkerCounts {
  /** From the order to begin to the last worker's end. */
  readonly seconds: number;
}

/** Worker threads that replay one trace together: its requests are dealt to them in turn, like cards. */
export class ReplayTeam {
  readonly #workers: Worker[];
  readonly #progress: Int32Array<SharedArrayBuffer>;

  private constructor(workers: Worker[], progress: Int32Array<SharedArrayBuffer>) {
    this.#workers = workers;
    this.#progress = progress;
  }

  /** Starts the workers; resolves when each has its cache. The shared cache must exist already. */
  static async start({ threads, ...rest }: TeamTask): Promise<ReplayTeam> {
    const progress = new Int32Array(new SharedArrayBuffer(threads * 4));
    const workers = Array.from({ length: threads }, (_, index) => {
      const workerData: WorkerTask = { ...rest, threads, index, progress };
      return new Worker(new URL('./replay-worker.js', import.meta.url), { workerData });
    });
    const team = new ReplayTeam(workers, progress);
    await team.#answers();
    return team;
  }

  /** Requests answered so far; may be asked while the team runs. */
  get done(): number {
    return this.#progress.reduce((sum, _, index) => sum + Atomics.load(this.#progress, index), 0);
  }

  /** Replays the trace. */
  async run(): Promise<Outcome> {
    const start = performance.now();
    const answers = await this.#order('run');
    const seconds = (performance.now() - start) / 1000;
    const counts = answers as WorkerCounts[];
    const sum = (name: keyof WorkerCounts) => counts.reduce((total, each) => total + each[name], 0);
    return { requests: sum('requests'), hits: sum('hits'), tooLarge: sum('tooLarge'), seconds };
  }

  /**
   * Bytes that the workers use for themselves. Their garbage is collected before, where the process was started with
   * `--expose-gc`.
   */
  async liveBytes(): Promise<number> {
    const answers = (await this.#order('collect')) as WorkerMemory[];
    return answers.reduce((total, { liveBytes }) => total + liveBytes, 0);
  }

  /** Ends the workers. */
  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #order(order: WorkerOrder): Promise<WorkerAnswer[]> {
    const answers = this.#answers();
    for (const worker of this.#workers) worker.postMessage(order);
    return answers;
  }

  /** One answer of each worker. When one fails, the others are ended. */
  async #answers(): Promise<WorkerAnswer[]> {
    try {
      return await Promise.all(this.#workers.map(nextAnswer));
    } catch (error) {
      await this.end();
      throw explain(error);
    }
  }
}

function nextAnswer(worker: Worker): Promise<WorkerAnswer> {
  return new Promise((resolve, reject) => {
    const settle = () => worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    const onMessage = (answer: WorkerAnswer) => {
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
