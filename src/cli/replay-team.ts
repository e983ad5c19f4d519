import type {
  CacheSource,
  WorkerAnswer,
  WorkerCounts,
  WorkerMemory,
  WorkerOrder,
  WorkerTask,
} from './replay-messages.js';
import type { Trace } from './trace.js';
import { WorkerTeam } from './worker-team.js';

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
  readonly #team: WorkerTeam<WorkerOrder, WorkerAnswer>;
  readonly #progress: Int32Array<SharedArrayBuffer>;

  private constructor(team: WorkerTeam<WorkerOrder, WorkerAnswer>, progress: Int32Array<SharedArrayBuffer>) {
    this.#team = team;
    this.#progress = progress;
  }

  /** Starts the workers; resolves when each has its cache. The shared cache must exist already. */
  static async start({ threads, ...rest }: TeamTask): Promise<ReplayTeam> {
    const progress = new Int32Array(new SharedArrayBuffer(threads * 4));
    const tasks = Array.from(
      { length: threads },
      (_, index): WorkerTask => ({ ...rest, threads, index, progress }),
    );
    const entry = new URL('./replay-worker.js', import.meta.url);
    return new ReplayTeam(await WorkerTeam.start(entry, tasks), progress);
  }

  /** Requests answered so far; may be asked while the team runs. */
  get done(): number {
    return this.#progress.reduce((sum, _, index) => sum + Atomics.load(this.#progress, index), 0);
  }

  /** Replays the trace. */
  async run(): Promise<Outcome> {
    const start = performance.now();
    const answers = await this.#team.order('run');
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
    const answers = (await this.#team.order('collect')) as WorkerMemory[];
    return answers.reduce((total, { liveBytes }) => total + liveBytes, 0);
  }

  /** Ends the workers. */
  async end(): Promise<void> {
    await this.#team.end();
  }
}
